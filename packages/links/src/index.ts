/** Share links: `https://host/#…`. Browsers do not send the part after `#` to any server. */
export { type Audience, audienceOf } from './audience.ts'
export { LinkError, type LinkErrorCode } from './link-error.ts'
export { type LinkOwner, nextVersion, publishedLink, shortHash, signVersion } from './published-link.ts'
export { roomSecretOf } from './room-secret.ts'
export {
  formatShareLink,
  isShareLink,
  parseShareLink,
  SEALED_NAME,
  type Seal,
  type ShareLink,
} from './share-link.ts'
