import { expect, it } from 'vitest'
import { isLocalAddress, isTrackerPath } from './local-address.ts'

it.each([
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '::1', '::', 'fe80::1', 'fe80::1%eth0', 'fd00::1', 'fc00::1', '::ffff:127.0.0.1'],
])('%s is local', host => {
  expect(isLocalAddress(host)).toBe(true)
})

it.each(['8.8.8.8', '172.15.0.1', '172.32.0.1', '192.167.1.1', '2001:db8::1', '::2', 'fe00::1', 'name'])(
  '%s is not',
  host => {
    expect(isLocalAddress(host)).toBe(false)
  },
)

it('knows the paths of trackers', () => {
  expect(['/announce', '/x/announce.php', '/announce/key', '/scrape'].every(isTrackerPath)).toBe(true)
  expect(['/', '/admin', '/xannounce', '/an/nounce'].some(isTrackerPath)).toBe(false)
})
