import { expect, test } from 'vitest'
import { estimateStrength } from './strength.ts'

test.each([
  ['', 'weak'],
  ['rex', 'weak'],
  ['password1', 'weak'],
  ['12345678901234567890', 'weak'],
  ['aaaaaaaaaaaaaaaaaaaa', 'weak'],
  ['herring herring herring herring herring herring', 'weak'],
  ['green herring', 'weak'],
  ['PassWordPassWord1', 'weak'],
  ['MyNameIsJohnSmith', 'weak'],
  ['ILoveYouForever2024', 'weak'],
  ['one two three four five six', 'weak'],
  ['GreenHerringGreenHerringGreenHerring', 'weak'],
  ['GreenHerringLampBoat', 'fair'],
  ['GreenHerringLampBoatStoneWind', 'strong'],
  ['qWzRtPmKxVbNhJ', 'strong'],
  ['green herring lamp boat', 'fair'],
  ['green herring lamp boat stone wind', 'strong'],
  ['7f$K2-xQ9!pL4w', 'strong'],
])('“%s” is %s', (passphrase, strength) => {
  expect(estimateStrength(passphrase).strength).toBe(strength)
})
