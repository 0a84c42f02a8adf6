/**
 * Bencoding (BEP 3): `encode`, `decode`, and readers that return undefined for a value of another
 * type.
 */
export {
  type DecodeLimits,
  decode,
  decodePrefix,
  decodeRaw,
  MAX_INTEGER_DIGITS,
  MAX_KEY_BYTES,
  type RawDictionary,
} from './decode.ts'
export { type BencodeInput, type BencodeInputDictionary, Encoded, encode } from './encode.ts'
export {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeDictionary,
  type BencodeValue,
} from './values.ts'
