"""Canonical names of countries, their aliases, ambiguous names, and regions of countries.

Codes are those of ISO 3166-1. Aliases are written without accents and full stops, because they
are compared in this form.
"""

from __future__ import annotations

from typing import Final

USUAL_COUNTRY_NAMES: Final = {
    "DZ": "Algeria",
    "AO": "Angola",
    "AR": "Argentina",
    "AM": "Armenia",
    "AU": "Australia",
    "AT": "Austria",
    "AZ": "Azerbaijan",
    "BD": "Bangladesh",
    "BY": "Belarus",
    "BE": "Belgium",
    "BO": "Bolivia",
    "BR": "Brazil",
    "BG": "Bulgaria",
    "BI": "Burundi",
    "KH": "Cambodia",
    "CA": "Canada",
    "CL": "Chile",
    "CN": "China",
    "CO": "Colombia",
    "CI": "Côte d'Ivoire",
    "HR": "Croatia",
    "CU": "Cuba",
    "CY": "Cyprus",
    "CZ": "Czechia",
    "CD": "DR Congo",
    "DK": "Denmark",
    "EC": "Ecuador",
    "EG": "Egypt",
    "EE": "Estonia",
    "FI": "Finland",
    "FR": "France",
    "GA": "Gabon",
    "GE": "Georgia",
    "DE": "Germany",
    "GH": "Ghana",
    "GR": "Greece",
    "GL": "Greenland",
    "HK": "Hong Kong",
    "HU": "Hungary",
    "IS": "Iceland",
    "IN": "India",
    "ID": "Indonesia",
    "IR": "Iran",
    "IQ": "Iraq",
    "IE": "Ireland",
    "IL": "Israel",
    "IT": "Italy",
    "JP": "Japan",
    "JO": "Jordan",
    "KZ": "Kazakhstan",
    "KE": "Kenya",
    "KW": "Kuwait",
    "KG": "Kyrgyzstan",
    "LA": "Laos",
    "LV": "Latvia",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "MO": "Macao",
    "MG": "Madagascar",
    "MW": "Malawi",
    "MY": "Malaysia",
    "MT": "Malta",
    "MX": "Mexico",
    "MN": "Mongolia",
    "MA": "Morocco",
    "MZ": "Mozambique",
    "MM": "Myanmar",
    "NA": "Namibia",
    "NP": "Nepal",
    "NL": "Netherlands",
    "NZ": "New Zealand",
    "NG": "Nigeria",
    "KP": "North Korea",
    "NO": "Norway",
    "OM": "Oman",
    "PK": "Pakistan",
    "PE": "Peru",
    "PH": "Philippines",
    "PL": "Poland",
    "PT": "Portugal",
    "QA": "Qatar",
    "CG": "Republic of the Congo",
    "RO": "Romania",
    "RU": "Russia",
    "RW": "Rwanda",
    "SA": "Saudi Arabia",
    "RS": "Serbia",
    "SG": "Singapore",
    "SK": "Slovakia",
    "SI": "Slovenia",
    "ZA": "South Africa",
    "KR": "South Korea",
    "ES": "Spain",
    "LK": "Sri Lanka",
    "SE": "Sweden",
    "CH": "Switzerland",
    "TW": "Taiwan",
    "TJ": "Tajikistan",
    "TZ": "Tanzania",
    "TH": "Thailand",
    "TN": "Tunisia",
    "TR": "Türkiye",
    "TM": "Turkmenistan",
    "UG": "Uganda",
    "UA": "Ukraine",
    "AE": "United Arab Emirates",
    "GB": "United Kingdom",
    "US": "United States",
    "UZ": "Uzbekistan",
    "VN": "Vietnam",
    "ZM": "Zambia",
    "ZW": "Zimbabwe",
}
"""Canonical names of countries that occur in this trade, by code; they need no pycountry."""

SHORT_COUNTRY_NAMES: Final = {
    "BN": "Brunei",
    "FK": "Falkland Islands",
    "FM": "Micronesia",
    "MD": "Moldova",
    "PS": "Palestine",
    "SY": "Syria",
    "VA": "Vatican City",
    "VE": "Venezuela",
    "BQ": "Bonaire",
    "SH": "Saint Helena",
    "VG": "British Virgin Islands",
    "VI": "US Virgin Islands",
}
"""Canonical names of other countries that differ from pycountry's names, by code."""

COUNTRY_ALIASES: Final = {
    "CN": (
        "PR China, PRC, PR of China, P R China, China PR, China PRC, Mainland China, "
        "China Mainland, Chinese Mainland, Peoples Republic of China, "
        "China Peoples Republic of, China Peoples Republic, "
        "Peoples Republic China, Peoples China, Red China, Communist China, Continental China, "
        "Continental Mainland China, Mainland of China, China PR Mainland, PRC China, PRChina, "
        "Zhongguo, Volksrepublik China, Republique populaire de Chine, Republica Popular China, "
        "Chine, Cina, Kina, Chiny, Китай, КНР, 中国, 中國, 中华人民共和国, 中華人民共和國, 중국"
    ),
    "US": (
        "USA, U S A, U S, United States of America, The States, America, US of A, "
        "Estados Unidos, Etats Unis, Vereinigte Staaten, Stati Uniti, США, 美国, 美國, "
        "アメリカ, 米国, 미국"
    ),
    "GB": (
        "UK, U K, Great Britain, Britain, England, Scotland, Wales, Northern Ireland, "
        "Vereinigtes Konigreich, Royaume Uni, Reino Unido, Великобритания, 英国"
    ),
    "RU": (
        "Russian Fed, Russian Federation, RF, Russland, Russie, Rusia, Россия, РФ, 俄罗斯, ロシア"
    ),
    "IR": (
        "Islamic Republic of Iran, IR Iran, Iran Islamic Republic, Iran Islamic Republic of, "
        "Persia, Иран, 伊朗"
    ),
    "KP": (
        "DPRK, D P R K, Korea North, North Korea DPRK, Korea DPR, DPR Korea, N Korea, "
        "Democratic Peoples Republic of Korea, Korea Democratic Peoples Republic of, "
        "Korea Democratic Peoples Republic, "
        "Nordkorea, Coree du Nord, Corea del Norte, КНДР, 朝鲜, 北朝鮮, 북한"
    ),
    "KR": (
        "ROK, R O K, Korea South, Republic of Korea, Korea Republic, Korea Republic of, S Korea, "
        "So Korea, Sudkorea, Coree du Sud, Corea del Sur, 韩国, 韓国, 대한민국, 한국"
    ),
    "TW": (
        "Chinese Taipei, Taiwan ROC, Taiwan Republic of China, Taiwan Province of China, 台湾, 台灣"
    ),
    "HK": (
        "Hong Kong SAR, Hongkong, Hong Kong China, China Hong Kong, China Hong Kong SAR, "
        "Hong Kong SAR China, Hong Kong SAR of China, China PR Hong Kong, HKSAR, "
        "Hong Kong Special Administrative Region, 香港"
    ),
    "MO": (
        "Macau, Macau SAR, Macao SAR, Macau China, Macao China, China Macau, China Macao, "
        "China Macau SAR, China Macao SAR, Macau SAR China, Macao SAR China, "
        "China PR Macau, China PR Macao, 澳门, 澳門"
    ),
    "JP": "Nippon, Nihon, Japon, Giappone, Япония, 日本, 일본",
    "KZ": "Kazakstan, Republic of Kazakhstan, Kasachstan, Казахстан, Қазақстан, 哈萨克斯坦",
    "VN": "Viet Nam, Socialist Republic of Vietnam, Việt Nam, Вьетнам, 越南",
    "MM": "Burma, Myanmar Burma, Union of Myanmar, 缅甸",
    "TR": "Turkey, Republic of Turkey, Turkiye, Turkei",
    "CZ": "Czech Republic, Tschechien",
    "DE": (
        "Deutschland, Federal Republic of Germany, FRG, BRD, Allemagne, Alemania, Германия, 德国"
    ),
    "FR": "French Republic, Frankreich, Francia, Франция, 法国",
    "IT": "Italia, Italien, Italie",
    "ES": "Espana, Spanien, Espagne",
    "NL": "Holland, The Netherlands, Niederlande, Pays Bas",
    "EE": "Eesti, Estland",
    "AU": "Commonwealth of Australia, Australien, Австралия, 澳大利亚",
    "BR": "Brasil, Brasilien, Bresil",
    "CA": "Kanada",
    "MY": "Малайзия, 马来西亚",
    "IN": "Republic of India, Bharat, Индия, 印度",
    "AE": "UAE, U A E, Emirates",
    "CD": (
        "DRC, D R C, D R Congo, Democratic Congo, Congo Kinshasa, Congo DRC, Congo DR, RDC, "
        "Congo Democratic Republic, Congo Democratic Republic of, "
        "Democratic Republic of Congo, Zaire"
    ),
    "CG": "Congo Brazzaville, Republic of Congo, Congo Republic",
    "CI": "Ivory Coast, Cote d Ivoire, Elfenbeinkuste",
    "LA": "Lao PDR, Lao",
    "SZ": "Swaziland",
    "MK": "Macedonia",
    "CV": "Cape Verde",
    "TL": "East Timor",
    "VA": "Vatican, Holy See",
    "BA": "Bosnia",
    "ZA": "RSA, S Africa, Republic of South Africa",
    "CH": "Schweiz, Suisse, Svizzera",
    "UA": "Украина",
    "UZ": "Узбекистан",
    "KG": "Kirgistan, Kirgizstan, Kirghizia, Kyrgyz Republic, Киргизия",
    "MN": "Mongolei, Монголия",
    "SA": "KSA, Kingdom of Saudi Arabia",
    "SK": "Slovak Republic",
    "EG": "Arab Republic of Egypt, Egypt Arab Republic",
    "BQ": "Bonaire Sint Eustatius and Saba",
    "SH": "Saint Helena Ascension and Tristan da Cunha",
    "VG": "Virgin Islands British",
    "VI": "Virgin Islands US, Virgin Islands of the United States",
    "GL": "Kalaallit Nunaat",
}
"""Aliases by code, separated by commas, without accents and full stops."""

AMBIGUOUS_COUNTRY_NAMES: Final = {
    "korea": ("South Korea", "North Korea"),
    "congo": ("DR Congo", "Republic of the Congo"),
    "republic of china": ("China", "Taiwan"),
    "roc": ("China", "Taiwan"),
    "virgin islands": ("US Virgin Islands", "British Virgin Islands"),
    "saint martin": ("Saint Martin (French part)", "Sint Maarten (Dutch part)"),
    "yugoslavia": ("Serbia", "Slovenia"),
    "czechoslovakia": ("Czechia", "Slovakia"),
    "soviet union": ("Russia", "Kazakhstan"),
    "ussr": ("Russia", "Kazakhstan"),
}
"""Names that may mean several countries."""

REGIONS_BY_COUNTRY: Final = {
    "China": (
        "Inner Mongolia, Nei Mongol, Xinjiang, Tibet, Sichuan, Jiangxi, Guangdong, "
        "Guangxi, Fujian, Shandong, Hunan, Yunnan, Zhejiang, Jiangsu, Anhui, Hebei, "
        "Henan, Shanxi, Shaanxi, Gansu, Ningxia, Beijing, Shanghai, Baotou, Ganzhou, "
        "Ningbo, Bayan Obo"
    ),
    "United States": (
        "Alaska, California, Colorado, Florida, Idaho, Nevada, Oklahoma, "
        "South Carolina, Texas, Utah, Wyoming"
    ),
    "Canada": ("Alberta, British Columbia, Ontario, Quebec, Saskatchewan, Northwest Territories"),
    "Australia": "Western Australia, Northern Territory, Queensland, New South Wales, Victoria",
}
"""Provinces, states and towns that planners write instead of their country."""
