/** Headers that keep browsers from running shared files. */
import { COMMON_HEADERS, PAGE_HEADERS } from '@shoal/daemon/http'

/** Shared files are untrusted and on the console's own origin: nothing in them may run. */
const FILE_POLICY =
  "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"

/** The console scans the codes that users compare keys with. */
export const CONSOLE_HEADERS: Readonly<Record<string, string>> = {
  ...PAGE_HEADERS,
  'permissions-policy': COMMON_HEADERS['permissions-policy'].replace('camera=()', 'camera=(self)'),
}
export const FILE_HEADERS: Readonly<Record<string, string>> = {
  ...COMMON_HEADERS,
  'content-security-policy': FILE_POLICY,
  'cache-control': 'private, no-cache',
}
