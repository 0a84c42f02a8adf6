/** Share links: `https://host/#…`. Browsers do not send the part after `#` to any server. */
export { type Audience, audienceOf, isSecureAddress } from './audience.ts'
export {
  hostTracker,
  isUsableHub,
  type LinkOptions,
  MAX_LINK_CHARACTERS,
  usableTrackers,
  withoutNearby,
} from './choose.ts'
export { SEALED_NAME, type Seal, type ShareLink } from './contents.ts'
export { formatShareLink, parseLatestLink, writeShareLink } from './latest-link.ts'
export { LinkError, type LinkErrorCode } from './link-error.ts'
export { pageTrackers, withoutLocalPage } from './page-trackers.ts'
export { type LinkOwner, nextVersion, publishedLink, shortHash, signVersion } from './published-link.ts'
export { roomSecretOf } from './room-secret.ts'
export { isShareLink, linkAt, parseShareLink, shareOf } from './share-link.ts'
