/**
 * Browsers by their token in the header. Those whose header also contains another's token come
 * first.
 */
const BROWSERS = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|HeadlessChrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const

const SYSTEMS = [
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
] as const

/** Longest prefix of the header that is parsed, in characters. */
const MAX_LENGTH = 1024

/**
 * Returns a name for a `User-Agent` header: the browser, such as `Firefox, Linux`, or the program,
 * such as `curl`. Returns null if the header is missing or uninformative. The name has at most 40
 * characters of ASCII.
 */
export function browserName(header: string | undefined): string | null {
  const text = header?.slice(0, MAX_LENGTH) ?? ''
  const browser = BROWSERS.find(([mark]) => mark.test(text))?.[1]
  if (browser === undefined) return /^[A-Za-z][\w.-]{0,39}/.exec(text)?.[0] ?? null
  const system = SYSTEMS.find(([mark]) => mark.test(text))?.[1]
  return system === undefined ? browser : `${browser}, ${system}`
}
