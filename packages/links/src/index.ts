/** Share links: `https://host/#…`, where everything after `#` stays with whoever opens it. */
export { base64url, fromBase64url } from './base64url.ts'
export { LinkError, type LinkErrorCode } from './link-error.ts'
export {
  formatShareLink,
  isShareLink,
  parseShareLink,
  SEALED_NAME,
  type Seal,
  type ShareLink,
} from './share-link.ts'
