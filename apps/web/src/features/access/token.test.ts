import { expect, test } from 'vitest'
import { linkedToken, tokenIn } from './token.ts'

const TOKEN = 'Zk3_9-abcdefghijklmnopqrstuvwxyz0123456789_AB'

test.each([
  TOKEN,
  `  ${TOKEN}\n`,
  `http://127.0.0.1:8420/#token=${TOKEN}`,
  `http://127.0.0.1:8420/#token=${TOKEN.slice(0, 20)}\n  ${TOKEN.slice(20)} `,
  `Console: http://127.0.0.1:8420/#token=${TOKEN}`,
  `#token=${TOKEN}`,
])('%j contains the token', text => expect(tokenIn(text)).toBe(TOKEN))

test.each(['a long password', 'token=abc', 'http://127.0.0.1:8420/', '#token='])('%j links no token', text =>
  expect(linkedToken(text)).toBeNull(),
)
