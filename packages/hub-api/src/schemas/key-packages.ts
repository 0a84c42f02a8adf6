import { z } from 'zod'
import { MAX_KEY_PACKAGE_BYTES } from '../choices.ts'

const bytes = (most: number) => z.base64url().max(Math.ceil((most * 4) / 3))

/** A key package (RFC 9420, 10) in base64url, as MLS encodes it. The hub does not read it. */
export const KeyPackageText = bytes(MAX_KEY_PACKAGE_BYTES).min(1)

/** 32 bytes in base64url, by which a device finds its last resort again. */
export const KeyPackageRef = z.base64url().length(43)

/** SHA-256 of the description of a device, in hexadecimal digits. */
export const DeviceName = z.string().regex(/^[0-9a-f]{64}$/, 'it has 64 hexadecimal digits')

/** The number of key packages of a device that are left. */
export const KeyPackageCounts = z.object({
  /** Number of the last upload; 0 before the first. */
  upload: z.number().int(),
  /** Number of one-time key packages that nobody has taken. */
  oneTime: z.number().int(),
  /** `ref` of the last resort, or null if there is none. */
  lastResort: z.string().nullable(),
})
export type KeyPackageCounts = z.infer<typeof KeyPackageCounts>

/** One key package for each device. */
export const TakenKeyPackages = z.object({
  items: z.array(
    z.object({
      device: DeviceName,
      /** Null if the device left none: it cannot be added yet. */
      keyPackage: z.string().nullable(),
      /** Whether others get the same. */
      isLastResort: z.boolean(),
    }),
  ),
})
export type TakenKeyPackages = z.infer<typeof TakenKeyPackages>
