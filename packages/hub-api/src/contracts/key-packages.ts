import { contract } from '@shoal/api/contract'
import { withStatus } from '@shoal/api/errors'
import { z } from 'zod'
import { MAX_KEY_PACKAGES } from '../choices.ts'
import { hubOperation } from '../contract.ts'
import {
  DeviceName,
  KeyPackageCounts,
  KeyPackageRef,
  KeyPackageText,
  TakenKeyPackages,
} from '../schemas/key-packages.ts'
import { Did } from '../schemas/text.ts'

/**
 * Key packages, which devices upload so that others can add them to closed groups while they are
 * offline.
 */
export const KEY_PACKAGES = contract({
  name: 'key-packages',
  operations: {
    getKeyPackages: hubOperation({
      access: 'member',
      method: 'GET',
      path: '/api/key-packages',
      effect: 'read',
      area: 'key packages',
      summary: 'Get the number of key packages that are left of the device that asks',
      input: z.object({}),
      output: KeyPackageCounts,
      errors: withStatus(403, 'forbidden'),
    }),
    addKeyPackages: hubOperation({
      access: 'member',
      method: 'POST',
      path: '/api/key-packages',
      effect: 'write',
      bodyLimitBytes: 2 * 1024 * 1024,
      area: 'key packages',
      summary: `Add key packages of the device that asks: one-time ones, of which it has at most ${MAX_KEY_PACKAGES} and 1 MiB, and a last resort for when they are used up. \`upload\`: one more than the last; an upload that is repeated changes nothing`,
      input: z.object({
        upload: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
        oneTime: z.array(KeyPackageText).max(MAX_KEY_PACKAGES).default([]),
        lastResort: z.object({ ref: KeyPackageRef, keyPackage: KeyPackageText }).optional(),
        replace: z.boolean().default(false).meta({
          description: 'Delete the earlier ones first: the device does not have their private keys',
        }),
      }),
      output: KeyPackageCounts,
      errors: { ...withStatus(403, 'forbidden'), ...withStatus(409, 'conflict', 'full') },
      idempotent: true,
    }),
    takeKeyPackages: hubOperation({
      access: 'member',
      method: 'POST',
      path: '/api/key-packages/take',
      effect: 'write',
      area: 'key packages',
      summary:
        'Take a key package of each device of a member, or of one of them: a one-time one, which nobody else gets, or the last resort if none is left, or ten were taken of this device today. The device that asks is left out',
      input: z.object({ did: Did, device: DeviceName.optional() }),
      output: TakenKeyPackages,
      errors: withStatus(429, 'too-many-requests'),
    }),
  },
})
