"""Countries as people call them, by their code: in English, and in Swedish where that is another word."""

from leissner.webui.texts import language

# Code, English name = Swedish name. XX is what numbers of no country have: satellites, freephone of all countries.
_TEXT = """
AD Andorra; AE United Arab Emirates = Förenade Arabemiraten; AF Afghanistan;
AG Antigua & Barbuda = Antigua och Barbuda; AI Anguilla; AL Albania = Albanien; AM Armenia = Armenien;
AO Angola; AQ Antarctica = Antarktis; AR Argentina; AS American Samoa = Amerikanska Samoa;
AT Austria = Österrike; AU Australia = Australien; AW Aruba; AX Åland Islands = Åland;
AZ Azerbaijan = Azerbajdzjan; BA Bosnia & Herzegovina = Bosnien och Hercegovina; BB Barbados; BD Bangladesh;
BE Belgium = Belgien; BF Burkina Faso; BG Bulgaria = Bulgarien; BH Bahrain; BI Burundi; BJ Benin;
BL Saint Barthélemy = Saint-Barthélemy; BM Bermuda; BN Brunei; BO Bolivia;
BQ Caribbean Netherlands = Karibiska Nederländerna; BR Brazil = Brasilien; BS Bahamas; BT Bhutan;
BV Bouvet Island = Bouvetön; BW Botswana; BY Belarus = Vitryssland; BZ Belize; CA Canada = Kanada;
CC Cocos (Keeling) Islands = Kokosöarna; CD Congo (Democratic Republic) = Kongo (Demokratiska republiken);
CF Central African Rep. = Centralafrikanska republiken; CG Congo (Republic) = Kongo (Republiken);
CH Switzerland = Schweiz; CI Côte d'Ivoire = Elfenbenskusten; CK Cook Islands = Cooköarna; CL Chile;
CM Cameroon = Kamerun; CN China = Kina; CO Colombia; CR Costa Rica; CU Cuba = Kuba; CV Cape Verde = Kap Verde;
CW Curaçao; CX Christmas Island = Julön; CY Cyprus = Cypern; CZ Czechia = Tjeckien; DE Germany = Tyskland;
DJ Djibouti; DK Denmark = Danmark; DM Dominica; DO Dominican Republic = Dominikanska republiken;
DZ Algeria = Algeriet; EC Ecuador; EE Estonia = Estland; EG Egypt = Egypten; EH Western Sahara = Västsahara;
ER Eritrea; ES Spain = Spanien; ET Ethiopia = Etiopien; FI Finland; FJ Fiji;
FK Falkland Islands = Falklandsöarna; FM Micronesia = Mikronesien; FO Faroe Islands = Färöarna;
FR France = Frankrike; GA Gabon; GB United Kingdom = Storbritannien; GD Grenada; GE Georgia = Georgien;
GF French Guiana = Franska Guyana; GG Guernsey; GH Ghana; GI Gibraltar; GL Greenland = Grönland; GM Gambia;
GN Guinea; GP Guadeloupe; GQ Equatorial Guinea = Ekvatorialguinea; GR Greece = Grekland;
GS South Georgia & South Sandwich = Sydgeorgien och Sydsandwichöarna; GT Guatemala; GU Guam; GW Guinea-Bissau;
GY Guyana; HK Hong Kong = Hongkong; HM Heard & McDonald Islands = Heard- och McDonaldöarna; HN Honduras;
HR Croatia = Kroatien; HT Haiti; HU Hungary = Ungern; ID Indonesia = Indonesien; IE Ireland = Irland; IL Israel;
IM Isle of Man; IN India = Indien; IO British Indian Ocean Territory = Brittiska territoriet i Indiska oceanen;
IQ Iraq = Irak; IR Iran; IS Iceland = Island; IT Italy = Italien; JE Jersey; JM Jamaica; JO Jordan = Jordanien;
JP Japan; KE Kenya; KG Kyrgyzstan = Kirgizistan; KH Cambodia = Kambodja; KI Kiribati; KM Comoros = Komorerna;
KN Saint Kitts & Nevis = Saint Kitts och Nevis; KP North Korea = Nordkorea; KR South Korea = Sydkorea;
KW Kuwait; KY Cayman Islands = Caymanöarna; KZ Kazakhstan = Kazakstan; LA Laos; LB Lebanon = Libanon;
LC Saint Lucia; LI Liechtenstein; LK Sri Lanka; LR Liberia; LS Lesotho; LT Lithuania = Litauen;
LU Luxembourg = Luxemburg; LV Latvia = Lettland; LY Libya = Libyen; MA Morocco = Marocko; MC Monaco;
MD Moldova = Moldavien; ME Montenegro; MF Saint Martin (French) = Saint-Martin (franska delen);
MG Madagascar = Madagaskar; MH Marshall Islands = Marshallöarna; MK North Macedonia = Nordmakedonien; ML Mali;
MM Myanmar; MN Mongolia = Mongoliet; MO Macao; MP Northern Mariana Islands = Nordmarianerna; MQ Martinique;
MR Mauritania = Mauretanien; MS Montserrat; MT Malta; MU Mauritius; MV Maldives = Maldiverna; MW Malawi;
MX Mexico; MY Malaysia; MZ Mozambique = Moçambique; NA Namibia; NC New Caledonia = Nya Kaledonien; NE Niger;
NF Norfolk Island = Norfolkön; NG Nigeria; NI Nicaragua; NL Netherlands = Nederländerna; NO Norway = Norge;
NP Nepal; NR Nauru; NU Niue; NZ New Zealand = Nya Zeeland; OM Oman; PA Panama; PE Peru;
PF French Polynesia = Franska Polynesien; PG Papua New Guinea = Papua Nya Guinea; PH Philippines = Filippinerna;
PK Pakistan; PL Poland = Polen; PM Saint Pierre & Miquelon = Saint-Pierre och Miquelon;
PN Pitcairn = Pitcairnöarna; PR Puerto Rico; PS Palestine = Palestina; PT Portugal; PW Palau; PY Paraguay;
QA Qatar; RE Réunion; RO Romania = Rumänien; RS Serbia = Serbien; RU Russia = Ryssland; RW Rwanda;
SA Saudi Arabia = Saudiarabien; SB Solomon Islands = Salomonöarna; SC Seychelles = Seychellerna; SD Sudan;
SE Sweden = Sverige; SG Singapore; SH Saint Helena = Sankta Helena; SI Slovenia = Slovenien;
SJ Svalbard & Jan Mayen = Svalbard och Jan Mayen; SK Slovakia = Slovakien; SL Sierra Leone; SM San Marino;
SN Senegal; SO Somalia; SR Suriname = Surinam; SS South Sudan = Sydsudan;
ST São Tomé & Príncipe = São Tomé och Príncipe; SV El Salvador; SX Sint Maarten; SY Syria = Syrien; SZ Eswatini;
TC Turks & Caicos Is = Turks- och Caicosöarna; TD Chad = Tchad;
TF French Southern Territories = De franska territorierna i södra Indiska oceanen; TG Togo; TH Thailand;
TJ Tajikistan = Tadzjikistan; TK Tokelau; TL Timor-Leste = Östtimor; TM Turkmenistan; TN Tunisia = Tunisien;
TO Tonga; TR Türkiye = Turkiet; TT Trinidad & Tobago = Trinidad och Tobago; TV Tuvalu; TW Taiwan; TZ Tanzania;
UA Ukraine = Ukraina; UG Uganda; UM US Minor Outlying Islands = USA:s yttre öar; US United States = USA;
UY Uruguay; UZ Uzbekistan; VA Vatican City = Vatikanstaten;
VC Saint Vincent & Grenadines = Saint Vincent och Grenadinerna; VE Venezuela;
VG Virgin Islands (UK) = Brittiska Jungfruöarna; VI Virgin Islands (US) = Amerikanska Jungfruöarna; VN Vietnam;
VU Vanuatu; WF Wallis & Futuna = Wallis och Futuna; WS Samoa; XK Kosovo; YE Yemen = Jemen; YT Mayotte;
ZA South Africa = Sydafrika; ZM Zambia; ZW Zimbabwe; AC Ascension; TA Tristan da Cunha; XX No country = Inget land
"""
_NAMES = {}
for _one in _TEXT.replace("\n", " ").split(";"):
    _english, _, _swedish = _one.strip()[3:].partition(" = ")
    _NAMES[_one.strip()[:2]] = {"en": _english, "sv": _swedish or _english}


def country(code: str | None) -> str:
    """The name of a country in the reader's language; the code where there is none."""
    return _NAMES.get(code or "", {}).get(language(), code or "")
