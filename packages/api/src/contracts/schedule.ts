import { z } from 'zod'
import { contract, setting } from '../contract.ts'
import { RateLimit } from '../schemas/common.ts'
import { ANSWERS, GIVEN } from '../schemas/names.ts'

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time of day as 07:30')

export const ScheduledLimit = z
  .object({
    /** 0 (Sunday) to 6 (Saturday), in the machine's time zone. */
    days: z.array(z.number().int().min(0).max(6)).min(1).max(7),
    from: TimeOfDay,
    /** If it is earlier than `from`, it is on the next day. */
    to: TimeOfDay,
    downloadBytesPerSecond: RateLimit,
    uploadBytesPerSecond: RateLimit,
  })
  .register(ANSWERS, { id: 'ScheduledLimit' })
  .register(GIVEN, { id: 'NewScheduledLimit' })
export type ScheduledLimit = z.infer<typeof ScheduledLimit>

/** Rate limits by time of day, and the alternative limits. */
export const SCHEDULE = contract({
  name: 'schedule',
  settings: {
    limits: {
      alternative: setting(z.boolean(), false, {
        title: 'Alternative limits',
        description: 'Uses the two limits below instead, until you switch back.',
      }),
      alternativeDownloadBytesPerSecond: setting(RateLimit, 1_000_000, {
        title: 'Alternative download limit',
        description: '',
      }),
      alternativeUploadBytesPerSecond: setting(RateLimit, 100_000, {
        title: 'Alternative upload limit',
        description: '',
      }),
      schedule: setting(z.array(ScheduledLimit).max(100), [], {
        title: 'Schedule',
        description: 'Other limits at certain times. The first matching entry applies.',
        example: [
          {
            days: [1, 2, 3, 4, 5],
            from: '08:00',
            to: '18:30',
            downloadBytesPerSecond: 2_000_000,
            uploadBytesPerSecond: null,
          },
        ],
      }),
    },
  },
})
