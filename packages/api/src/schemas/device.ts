import { z } from 'zod'
import { TimeMs } from './common.ts'
import { ANSWERS } from './names.ts'

/** A signed object, or the description of a device, in base64url without padding. */
const Base64 = z
  .string()
  .max(3000)
  .regex(/^[\w-]+$/, 'it is base64url')

/** All device lists of a person, and the descriptions of the devices in the newest. */
export const DeviceHistory = z.object({
  lists: z.array(Base64).min(1).max(256),
  devices: z.array(Base64).max(32),
})

/**
 * `older`: an offered list is older than the known one. `forked`: there are two lists with one
 * number. `rotated`: the root key was replaced by its successor. `restored`: the catalogue comes
 * from a backup, so its list may be outdated, and may include a removed device.
 */
export const DeviceAlarm = z.object({
  kind: z.enum(['older', 'forked', 'rotated', 'restored']),
  atMs: TimeMs,
})
export type DeviceAlarm = z.infer<typeof DeviceAlarm>

export type DeviceHistory = z.infer<typeof DeviceHistory>

export const DeviceItem = z.object({
  /** SHA-256 of its description, in hexadecimal digits. */
  id: z.string(),
  name: z.string(),
  kind: z.enum(['node', 'browser', 'terminal']),
  addedMs: TimeMs,
  /** Whether it is this node. */
  own: z.boolean(),
})
export type DeviceItem = z.infer<typeof DeviceItem>

/** The devices of the node's user. Everything is null or empty until a device list is accepted. */
export const Devices = z
  .object({
    did: z.string().nullable(),
    /** 0 for the first list. */
    sequence: z.number().int().min(0).nullable(),
    issuedMs: TimeMs.nullable(),
    /** No device can log in after this time. */
    expiresMs: TimeMs.nullable(),
    items: z.array(DeviceItem),
    /** The last alarm of each kind that was not dismissed. */
    alarms: z.array(DeviceAlarm),
    history: DeviceHistory.nullable(),
  })
  .register(ANSWERS, { id: 'Devices' })
export type Devices = z.infer<typeof Devices>
