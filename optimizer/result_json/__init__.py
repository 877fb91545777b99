"""A result as JSON text, and back; ``docs/result.schema.json`` says what the text holds."""

from optimizer.result_json.result_document import VERSION, fields_of, text_of

__all__ = ["VERSION", "fields_of", "text_of"]
