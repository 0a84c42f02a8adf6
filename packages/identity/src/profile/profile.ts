/**
 * Profiles: a person's public name and picture. A device of the person signs them, since the root
 * key signs device lists only (decisions 014 and 019).
 */
import {
  type Device,
  type DeviceList,
  deviceHash,
  encodeDevice,
  MAX_DEVICE_BYTES,
  readDevice,
} from '../devices/device-list.ts'
import { type Cbor, readSignedCbor, type Signer, signCbor } from '../devices/signed-cbor.ts'
import { equalKeys } from '../equal-keys.ts'
import { IdentityError } from '../identity-error.ts'
import { isShownName } from '../shown-name.ts'
import { MAX_PICTURE_BYTES, type PictureType, readPicture } from './picture.ts'

export { MAX_NAME_BYTES } from '../shown-name.ts'
export {
  MAX_PICTURE_BYTES,
  MAX_PICTURE_PIXELS,
  PICTURE_TYPES,
  type PictureFacts,
  type PictureType,
  readPicture,
} from './picture.ts'

/** Maximum size of a signed profile, in bytes. */
export const MAX_PROFILE_BYTES = MAX_PICTURE_BYTES + 512
const PURPOSE = 'shoal/profile/1'
const VERSION = 1

/** The members that the person chooses. Both null: the person no longer shows either. */
export interface ProfileContent {
  /** 1 to 64 bytes of UTF-8 without control characters. */
  readonly name: string | null
  /** JPEG, PNG or WebP, see `readPicture`. */
  readonly picture: Uint8Array | null
}

export interface Profile extends ProfileContent {
  /** The person's first root key. Ed25519, 32 bytes. */
  readonly person: Uint8Array
  /** Increases with each profile, so that an older one never replaces a newer one. */
  readonly version: number
  readonly pictureType: PictureType | null
}

/** A profile as sent and stored, next to the description of the device that signed it. */
export interface SignedProfile {
  readonly profile: Profile
  readonly bytes: Uint8Array
  readonly device: Uint8Array
}

/**
 * Signs a profile with the message key of a device in `list`. Throws `bad-argument` if it has no
 * such device, and `bad-picture`.
 */
export function signProfile(
  { name, picture }: ProfileContent,
  version: number,
  { list, device, signer }: { readonly list: DeviceList; readonly device: Device; readonly signer: Signer },
): SignedProfile {
  if (picture) readPicture(picture)
  const bytes = signCbor([VERSION, list.person, version, name, picture], PURPOSE, signer)
  try {
    return readProfile(bytes, encodeDevice(device), list)
  } catch (cause) {
    throw new IdentityError(
      'bad-argument',
      'This profile cannot be signed. A name has 1 to 64 bytes, and a device of the newest device list signs it.',
      { cause },
    )
  }
}

/**
 * Reads a profile, which a device of `list`, the newest list of the person, must have signed.
 * Throws `bad-profile`.
 */
export function readProfile(bytes: Uint8Array, device: Uint8Array, list: DeviceList): SignedProfile {
  if (bytes.length > MAX_PROFILE_BYTES || device.length > MAX_DEVICE_BYTES) throw bad('It is too long')
  const hash = deviceHash(device)
  if (!list.devices.some(each => equalKeys(each, hash)))
    throw bad('The device that signed it is not in the device list of its person')
  const signed = readSignedCbor(bytes)
  if (!signed || !Array.isArray(signed.payload)) throw bad('It is not a signed profile')
  const profile = fromCbor(signed.payload)
  if (!equalKeys(profile.person, list.person)) throw bad('It is of somebody else')
  if (!signed.isSignedBy(keyOf(device), PURPOSE)) throw bad('Its signature is wrong')
  return { profile, bytes: bytes.slice(), device: device.slice() }
}

function fromCbor(value: readonly Cbor[]): Profile {
  const [version, person, number, name, picture] = value
  if (version !== VERSION || value.length !== 5) throw bad('It has an unknown form')
  if (!(person instanceof Uint8Array) || person.length !== 32) throw bad('A key is invalid')
  if (!Number.isSafeInteger(number) || (number as number) < 0) throw bad('Its version is invalid')
  if (name !== null && (typeof name !== 'string' || !isShownName(name))) throw bad('The name is invalid')
  if (picture !== null && !(picture instanceof Uint8Array)) throw bad('The picture is invalid')
  return {
    ...{ person: person.slice(), version: number as number, name: name as string | null },
    picture: picture?.slice() ?? null,
    pictureType: picture && typeOf(picture),
  }
}

function typeOf(picture: Uint8Array): PictureType {
  try {
    return readPicture(picture).type
  } catch (error) {
    throw bad((error as Error).message)
  }
}

function keyOf(device: Uint8Array): Uint8Array {
  try {
    return readDevice(device).messageKey
  } catch (error) {
    throw bad((error as Error).message)
  }
}

function bad(why: string): IdentityError {
  return new IdentityError('bad-profile', `This profile cannot be used. ${why}`)
}
