/**
 * Torrents that other programs created from one folder, for tests: libtorrent 2.0.8 (16 KiB pieces)
 * and Transmission 3.00 (only `b.bin`, 32 KiB pieces, private). The info hashes are those
 * libtorrent reports. Creation dates have been removed.
 */

/** Content of the file of `length` bytes in the fixture folder. */
export function fixtureContent(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8) * 17 + length)
}

/** The folder in v2 file tree order. `link` points to `d/z`; `b.bin` is executable. */
export const FIXTURE_FILES = [
  { path: ['.hidden'], lengthBytes: 5 },
  { path: ['b.bin'], lengthBytes: 70_000, executable: true },
  { path: ['c-empty'], lengthBytes: 0 },
  { path: ['d', 'z'], lengthBytes: 40_000 },
  { path: ['d.txt'], lengthBytes: 10 },
  { path: ['link'], lengthBytes: 0, executable: true, symlink: ['d', 'z'] },
] as const

export interface Fixture {
  /** The `.torrent` file. */
  readonly bytes: Uint8Array
  /** Info hashes in hex. */
  readonly v1?: string
  readonly v2?: string
}

function fixture(base64: string, hashes: { v1?: string; v2?: string }): Fixture {
  return { bytes: Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)), ...hashes }
}

export const libtorrentV1 = fixture(
  'ZDg6YW5ub3VuY2UyNzpodHRwOi8vb25lLmV4YW1wbGUvYW5ub3VuY2UxMzphbm5vdW5jZS1saXN0bGwyNzpodHRwOi8vb25lLmV4' +
    'YW1wbGUvYW5ub3VuY2VlbDIyOnVkcDovL3R3by5leGFtcGxlOjY5NjllZTc6Y29tbWVudDE0Om1hZGUgZm9yIHRlc3RzMTA6Y3Jl' +
    'YXRlZCBieTE2OmxpYnRvcnJlbnQgMi4wLjg0OmluZm9kNTpmaWxlc2xkNjpsZW5ndGhpNWU0OnBhdGhsNzouaGlkZGVuZWVkNDph' +
    'dHRyMTp4NjpsZW5ndGhpNzAwMDBlNDpwYXRobDU6Yi5iaW5lZWQ2Omxlbmd0aGkwZTQ6cGF0aGw3OmMtZW1wdHllZWQ0OmF0dHIy' +
    'OnhsNjpsZW5ndGhpMGU0OnBhdGhsNDpsaW5rZTEyOnN5bWxpbmsgcGF0aGwxOmQxOnplZWQ2Omxlbmd0aGkxMGU0OnBhdGhsNTpk' +
    'LnR4dGVlZDY6bGVuZ3RoaTQwMDAwZTQ6cGF0aGwxOmQxOnplZWU0Om5hbWU1Om11bHRpMTI6cGllY2UgbGVuZ3RoaTE2Mzg0ZTY6' +
    'cGllY2VzMTQwOoGN9PYL9lLFAbjA8dkOn3Ki2tUBW9LaP+GDH/eGb4Tth6qq4vFLeRoxIi+5RZ/ON8AVibnbYIJ8D8ruBdB77AjH' +
    'ohSAP5IlfwiNLOQWz9CHT3BQ3INa2dvWgJ22J+6Z4RqtAy8b5WjRLlfiruh9rvS99EJ8WXfUJn+ACaz/2F7w7sJEO6Bkm53NYUxH' +
    'ZTU6bm9kZXNsbDEyOm5vZGUuZXhhbXBsZWk2ODgxZWVlODp1cmwtbGlzdDIwOmh0dHA6Ly9zZWVkLmV4YW1wbGUvZQ==',
  { v1: '650e30327dc03e654819eab1355dd5cc3486a50b' },
)

export const libtorrentV2 = fixture(
  'ZDg6YW5ub3VuY2UyNzpodHRwOi8vb25lLmV4YW1wbGUvYW5ub3VuY2UxMzphbm5vdW5jZS1saXN0bGwyNzpodHRwOi8vb25lLmV4' +
    'YW1wbGUvYW5ub3VuY2VlbDIyOnVkcDovL3R3by5leGFtcGxlOjY5NjllZTc6Y29tbWVudDE0Om1hZGUgZm9yIHRlc3RzMTA6Y3Jl' +
    'YXRlZCBieTE2OmxpYnRvcnJlbnQgMi4wLjg0OmluZm9kOTpmaWxlIHRyZWVkNzouaGlkZGVuZDA6ZDY6bGVuZ3RoaTVlMTE6cGll' +
    'Y2VzIHJvb3QzMjrkoflKMpNmgwDsM8pNPIsPrk1T5xtwOFfY8oTbXafgOWVlNTpiLmJpbmQwOmQ0OmF0dHIxOng2Omxlbmd0aGk3' +
    'MDAwMGUxMTpwaWVjZXMgcm9vdDMyOv3pegkQs+qO1iHy0m01rBiHqoZ4M9xf71EJ/+VtleZ6ZWU3OmMtZW1wdHlkMDpkNjpsZW5n' +
    'dGhpMGVlZTE6ZGQxOnpkMDpkNjpsZW5ndGhpNDAwMDBlMTE6cGllY2VzIHJvb3QzMjpIHV3FyGVJMbc5OTIS34ar3HB5o+tY5wEp' +
    '28YIinoGBGVlZTU6ZC50eHRkMDpkNjpsZW5ndGhpMTBlMTE6cGllY2VzIHJvb3QzMjrJn7L27W85kaCl1CkQ9pWxCqcirYpmW0yh' +
    'qVV0LwIVImVlNDpsaW5rZDA6ZDQ6YXR0cjI6eGwxMjpzeW1saW5rIHBhdGhsMTpkMTp6ZWVlZTEyOm1ldGEgdmVyc2lvbmkyZTQ6' +
    'bmFtZTU6bXVsdGkxMjpwaWVjZSBsZW5ndGhpMTYzODRlZTU6bm9kZXNsbDEyOm5vZGUuZXhhbXBsZWk2ODgxZWVlMTI6cGllY2Ug' +
    'bGF5ZXJzZDMyOkgdXcXIZUkxtzk5MhLfhqvccHmj61jnASnbxgiKegYEOTY6yRcNixGVa+sgL6D1uz4z6Oo3m929wHh34OoND6Ko' +
    '0YSTIkRFiCsv5EOUfa38Q6FTx8FHz4d8SDVs+Q8YwjqgOqW1HZcLLERVONDFzpFI1l2QNQJ+Qk/+CJngpi0FGlDsMzI6/el6CRCz' +
    '6o7WIfLSbTWsGIeqhngz3F/vUQn/5W2V5noxNjA6vu6KjEie9Q+4uQGymJFofOrGf9peA4xTeOIOeMa0rnlextyyFoWAfuZw1gik' +
    '2R6HIMESgbGy+suXEjOnzXzSHS2yZF5mcdXOr8b9i3iXEdY6GH89qP9oepkzv1hPlVcAsSWZig1ZKQb3j1rndv7FLXRFE1xfcDA1' +
    'wFZ8RdIM242gW3C/lIAGT/Z3qYPR4pCAaNt97fCBjHPlpm70LRLel2U4OnVybC1saXN0MjA6aHR0cDovL3NlZWQuZXhhbXBsZS9l',
  { v2: '697cf0dc8197b796e00888b3cd38e47b4ccb0dcf8d5ccaf34660919291b8c2fa' },
)

export const libtorrentHybrid = fixture(
  'ZDg6YW5ub3VuY2UyNzpodHRwOi8vb25lLmV4YW1wbGUvYW5ub3VuY2UxMzphbm5vdW5jZS1saXN0bGwyNzpodHRwOi8vb25lLmV4' +
    'YW1wbGUvYW5ub3VuY2VlbDIyOnVkcDovL3R3by5leGFtcGxlOjY5NjllZTc6Y29tbWVudDE0Om1hZGUgZm9yIHRlc3RzMTA6Y3Jl' +
    'YXRlZCBieTE2OmxpYnRvcnJlbnQgMi4wLjg0OmluZm9kOTpmaWxlIHRyZWVkNzouaGlkZGVuZDA6ZDY6bGVuZ3RoaTVlMTE6cGll' +
    'Y2VzIHJvb3QzMjrkoflKMpNmgwDsM8pNPIsPrk1T5xtwOFfY8oTbXafgOWVlNTpiLmJpbmQwOmQ0OmF0dHIxOng2Omxlbmd0aGk3' +
    'MDAwMGUxMTpwaWVjZXMgcm9vdDMyOv3pegkQs+qO1iHy0m01rBiHqoZ4M9xf71EJ/+VtleZ6ZWU3OmMtZW1wdHlkMDpkNjpsZW5n' +
    'dGhpMGVlZTE6ZGQxOnpkMDpkNjpsZW5ndGhpNDAwMDBlMTE6cGllY2VzIHJvb3QzMjpIHV3FyGVJMbc5OTIS34ar3HB5o+tY5wEp' +
    '28YIinoGBGVlZTU6ZC50eHRkMDpkNjpsZW5ndGhpMTBlMTE6cGllY2VzIHJvb3QzMjrJn7L27W85kaCl1CkQ9pWxCqcirYpmW0yh' +
    'qVV0LwIVImVlNDpsaW5rZDA6ZDQ6YXR0cjI6eGwxMjpzeW1saW5rIHBhdGhsMTpkMTp6ZWVlZTU6ZmlsZXNsZDY6bGVuZ3RoaTVl' +
    'NDpwYXRobDc6LmhpZGRlbmVlZDQ6YXR0cjE6cDY6bGVuZ3RoaTE2Mzc5ZTQ6cGF0aGw0Oi5wYWQ1OjE2Mzc5ZWVkNDphdHRyMTp4' +
    'NjpsZW5ndGhpNzAwMDBlNDpwYXRobDU6Yi5iaW5lZWQ0OmF0dHIxOnA2Omxlbmd0aGkxMTkyMGU0OnBhdGhsNDoucGFkNToxMTky' +
    'MGVlZDY6bGVuZ3RoaTBlNDpwYXRobDc6Yy1lbXB0eWVlZDY6bGVuZ3RoaTQwMDAwZTQ6cGF0aGwxOmQxOnplZWQ0OmF0dHIxOnA2' +
    'Omxlbmd0aGk5MTUyZTQ6cGF0aGw0Oi5wYWQ0OjkxNTJlZWQ2Omxlbmd0aGkxMGU0OnBhdGhsNTpkLnR4dGVlZDQ6YXR0cjE6cDY6' +
    'bGVuZ3RoaTE2Mzc0ZTQ6cGF0aGw0Oi5wYWQ1OjE2Mzc0ZWVkNDphdHRyMjp4bDY6bGVuZ3RoaTBlNDpwYXRobDQ6bGlua2UxMjpz' +
    'eW1saW5rIHBhdGhsMTpkMTp6ZWVlMTI6bWV0YSB2ZXJzaW9uaTJlNDpuYW1lNTptdWx0aTEyOnBpZWNlIGxlbmd0aGkxNjM4NGU2' +
    'OnBpZWNlczIwMDrhyGaMNqsRXRxJvy63i6eMxqE5ZJ+Xp3AEtpJSMBK0VSMre0ZwB1uEJRq2sw8PluLFTVulQ2G1lwnL0iGTdwzs' +
    'NPYBS7vZhhmNab1aN72Fo8efBORsPuChSqIISWJgXIO963pvobF1ZwgaM308AlTEFFqjZgN61vArQpGupnDexZt6V8dNnzZPo+g6' +
    '+Wfx6+EEdsvcZaZUp9czUh08o6EPtB28A4yDYNhSm76xSGnhtuG6nfsy55i4Ue6LLWmUXUvS1ABgpNZrrGU1Om5vZGVzbGwxMjpu' +
    'b2RlLmV4YW1wbGVpNjg4MWVlZTEyOnBpZWNlIGxheWVyc2QzMjpIHV3FyGVJMbc5OTIS34ar3HB5o+tY5wEp28YIinoGBDk2OskX' +
    'DYsRlWvrIC+g9bs+M+jqN5vdvcB4d+DqDQ+iqNGEkyJERYgrL+RDlH2t/EOhU8fBR8+HfEg1bPkPGMI6oDqltR2XCyxEVTjQxc6R' +
    'SNZdkDUCfkJP/giZ4KYtBRpQ7DMyOv3pegkQs+qO1iHy0m01rBiHqoZ4M9xf71EJ/+VtleZ6MTYwOr7uioxInvUPuLkBspiRaHzq' +
    'xn/aXgOMU3jiDnjGtK55XsbcshaFgH7mcNYIpNkehyDBEoGxsvrLlxIzp8180h0tsmReZnHVzq/G/Yt4lxHWOhh/Paj/aHqZM79Y' +
    'T5VXALElmYoNWSkG949a53b+xS10RRNcX3AwNcBWfEXSDNuNoFtwv5SABk/2d6mD0eKQgGjbfe3wgYxz5aZu9C0S3pdlODp1cmwt' +
    'bGlzdDIwOmh0dHA6Ly9zZWVkLmV4YW1wbGUvZQ==',
  {
    v1: '064af3516e2934ec212353fe9c70a9e02ed1b9c2',
    v2: '6ad40523e519b22b8036dc2d508a9cbbc1f237d1bbefccb3c8a7755ef29ad782',
  },
)

export const transmission = fixture(
  'ZDg6YW5ub3VuY2UyNzpodHRwOi8vb25lLmV4YW1wbGUvYW5ub3VuY2U3OmNvbW1lbnQxNDptYWRlIGZvciB0ZXN0czEwOmNyZWF0' +
    'ZWQgYnkzMDpUcmFuc21pc3Npb24vMy4wMCAoYmI2YjVhMDYyZSk4OmVuY29kaW5nNTpVVEYtODQ6aW5mb2Q2Omxlbmd0aGk3MDAw' +
    'MGU0Om5hbWU1OmIuYmluMTI6cGllY2UgbGVuZ3RoaTMyNzY4ZTY6cGllY2VzNjA6mGPNhbhS4sAHu9NgXmpTg7TT8c/gJDQPAMcL' +
    '+MRWb4ELTLerhja3HgQ8M4b9Cefm/rRfSfQgrJ+SmiNnNzpwcml2YXRlaTFlZWU=',
  { v1: '3e2a72489bb86222e6ccf49dfde7842483205aed' },
)
