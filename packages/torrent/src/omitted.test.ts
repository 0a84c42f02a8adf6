import { expect, test } from 'vitest'
import { HttpTracker, openDatagram, resolveHost, UdpTracker } from './omitted.browser.ts'

test.each([new HttpTracker(), new UdpTracker()])(
  'pages reject trackers that they cannot use, and say which they can',
  async tracker => {
    const unsupported = { code: 'unsupported', message: expect.stringContaining('use WebSocket trackers') }
    await expect(tracker.announce()).rejects.toMatchObject(unsupported)
    await expect(tracker.scrape()).rejects.toMatchObject(unsupported)
    await tracker.close()
  },
)

test('pages have neither datagrams nor addresses of names', async () => {
  await expect(openDatagram({ family: 4, port: 0 })).rejects.toMatchObject({ code: 'unsupported' })
  await expect(resolveHost('localhost')).rejects.toMatchObject({ code: 'unsupported' })
})
