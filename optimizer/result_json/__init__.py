"""A result as JSON text, and back; ``docs/result.schema.json`` says what the text holds."""

from optimizer.result_json.result_document import (
    RESULT_FORMAT_VERSION,
    decode_result,
    encode_result,
)

__all__ = ["RESULT_FORMAT_VERSION", "decode_result", "encode_result"]
