import fc from 'fast-check'
import { expect, it } from 'vitest'
import { trackerLabel, withoutSecrets } from './label.ts'

const KEY = '0123456789abcdef0123456789abcdef'

it.each([
  ['http://tracker.example/announce', 'http://tracker.example/announce'],
  ['https://tracker.example:8443/announce.php', 'https://tracker.example:8443/announce.php'],
  ['udp://tracker.example:1337', 'udp://tracker.example:1337'],
  ['udp://tracker.example:1337/announce', 'udp://tracker.example:1337/announce'],
  ['http://t.example/tracker-2/announce', 'http://t.example/tracker-2/announce'],
  [`http://t.example/${KEY}/announce`, 'http://t.example/…/announce'],
  [`http://t.example/announce/${KEY}`, 'http://t.example/announce/…'],
  [`http://t.example/announce.php?passkey=${KEY}&x=1`, 'http://t.example/announce.php?passkey=…&x=…'],
  [`http://t.example/announce?${KEY}`, 'http://t.example/announce?…=…'],
  [`http://me:${KEY}@t.example/announce`, 'http://t.example/announce'],
  ['http://t.example/a1b2c3d4/announce', 'http://t.example/…/announce'],
  ['http://t.example/secretkey/announce', 'http://t.example/…/announce'],
  ['udp://t.example:6969/secretkey1/announce', 'udp://t.example:6969/…/announce'],
  ['wss://t.example/Abcdef/scrape', 'wss://t.example/…/scrape'],
  ['http://t.example/announce.php/anna', 'http://t.example/announce.php/…'],
  ['http://t.example/announce?secretkey', 'http://t.example/announce?…=…'],
  ['http://t.example/v2/announce', 'http://t.example/v2/announce'],
  ['http://t.example/bt/announce/', 'http://t.example/bt/announce/'],
  ['nonsense', '(not a URL)'],
])('shows %s as %s', (url, label) => {
  expect(trackerLabel(url)).toBe(label)
})

it('never shows a key, wherever in the URL it is', () => {
  // Like the hub's keys: eight or more letters and digits.
  const key = fc.stringMatching(/^[0-9A-Za-z]{8,40}$/)
  const place = fc.constantFrom('/K/announce', '/announce/K', '/announce?k=K', '/x/K/announce.php?a=b&c=K')
  fc.assert(
    fc.property(key, place, (secret, path) => {
      fc.pre(!/track|torrent|announce|scrape/i.test(secret))
      const url = `https://t.example${path.replaceAll('K', secret)}`
      expect(trackerLabel(url)).not.toContain(secret)
      expect(withoutSecrets(`unknown passkey ${secret}!`, url)).toBe('unknown passkey …!')
    }),
  )
})

it('keeps ordinary words of a message', () => {
  expect(withoutSecrets('announce failed: 1', 'http://t.example/announce?x=1')).toBe('announce failed: 1')
  expect(withoutSecrets('why', 'nonsense')).toBe('why')
})
