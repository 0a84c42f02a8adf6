import { z } from 'zod'
import { MAX_KEY_PACKAGE_BYTES } from '../choices.ts'

const bytes = (most: number) => z.base64url().max(Math.ceil((most * 4) / 3))

/** A key package (RFC 9420, 10) in base64url, in MLS encoding. The hub does not read it. */
export const KeyPackageText = bytes(MAX_KEY_PACKAGE_BYTES).min(1)

/** 32 bytes in base64url, by which a device recognizes its last resort. */
export const KeyPackageRef = z.base64url().length(43)

/** SHA-256 of the description of a device, in hexadecimal digits. */
export const DeviceName = z.string().regex(/^[0-9a-f]{64}$/, 'it has 64 hexadecimal digits')

/** Key packages left for a device. */
export const KeyPackageCounts = z.object({
  /** Number of the last upload; 0 before the first. */
  upload: z.number().int(),
  /** Number of one-time key packages not yet taken. */
  oneTime: z.number().int(),
  /** `ref` of the last resort, or null if there is none. */
  lastResort: z.string().nullable(),
})
export type KeyPackageCounts = z.infer<typeof KeyPackageCounts>

/** One key package per device. */
export const TakenKeyPackages = z.object({
  items: z.array(
    z.object({
      device: DeviceName,
      /** Null if the device has not uploaded any: it cannot be added yet. */
      keyPackage: z.string().nullable(),
      /** Whether others get the same one. */
      isLastResort: z.boolean(),
    }),
  ),
})
export type TakenKeyPackages = z.infer<typeof TakenKeyPackages>
