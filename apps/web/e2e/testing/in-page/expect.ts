/**
 * Vitest's own `expect`, put together for a page, without what needs Vitest's runner (`poll`,
 * `soft`, snapshots).
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  customMatchers,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
} from '@vitest/expect'

chai.use(JestExtend)
chai.use(JestChaiExpect)
chai.use(JestAsymmetricMatchers)

const asymmetric = (globalThis as unknown as Record<symbol, object>)[ASYMMETRIC_MATCHERS_OBJECT]
type Extensible = { extend(expect: unknown, matchers: typeof customMatchers): void }

export const expect = Object.assign(
  (value: unknown, message?: string) => chai.expect(value, message),
  chai.expect,
  asymmetric,
)
const extensible = chai.expect as unknown as Extensible
extensible.extend(expect, customMatchers)
