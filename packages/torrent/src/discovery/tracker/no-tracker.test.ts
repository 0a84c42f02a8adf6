import { expect, test } from 'vitest'
import { HttpTracker } from './http-tracker.browser.ts'
import { UdpTracker } from './udp-tracker.browser.ts'

test.each([new HttpTracker(), new UdpTracker()])(
  'pages reject trackers that they cannot use, and say which they can',
  async tracker => {
    const unsupported = { code: 'unsupported', message: expect.stringContaining('use WebSocket trackers') }
    await expect(tracker.announce()).rejects.toMatchObject(unsupported)
    await expect(tracker.scrape()).rejects.toMatchObject(unsupported)
    await tracker.close()
  },
)
