/** Headers that restrict what pages can do in a browser. */
import { COMMON_HEADERS } from '../guard/headers.ts'

/** Pages of a node or hub: everything from the server itself, no inline script or style. */
const PAGE_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "style-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The page for share links is a peer: it connects to the trackers and web seeds in a link, and
 * shows PDF documents in the browser's own viewer. Its worker has the same policy.
 */
const SHARE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "worker-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "frame-src 'self'",
  "connect-src 'self' ws: wss: http: https:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The chat app is a separate device and connects to hubs anywhere. The same policy is in its page
 * and in its loader.
 */
const CHAT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "worker-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self' http: https: ws: wss:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...COMMON_HEADERS,
  'content-security-policy': PAGE_POLICY,
}
export const SHARE_PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...COMMON_HEADERS,
  'content-security-policy': SHARE_POLICY,
}
export const CHAT_APP_HEADERS: Readonly<Record<string, string>> = {
  ...COMMON_HEADERS,
  'content-security-policy': CHAT_POLICY,
  // The app scans codes shown by other devices.
  'permissions-policy': COMMON_HEADERS['permissions-policy'].replace('camera=()', 'camera=(self)'),
}
