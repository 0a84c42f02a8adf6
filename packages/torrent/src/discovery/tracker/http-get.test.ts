import { expect, it } from 'vitest'
import { isTrackerPath } from './http-get.ts'

it('knows the paths of trackers', () => {
  expect(['/announce', '/x/announce.php', '/announce/key', '/scrape'].every(isTrackerPath)).toBe(true)
  expect(['/', '/admin', '/xannounce', '/an/nounce'].some(isTrackerPath)).toBe(false)
})
