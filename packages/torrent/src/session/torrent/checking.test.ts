import { expect, test } from 'vitest'
import { Bitfield } from '../../base/bitfield.ts'
import { ShoalError } from '../../base/errors.ts'
import type { StampOptions } from '../../storage/storage.ts'
import { Checking, type CheckOptions } from './checking.ts'
import type { Content } from './content.ts'

test.each([true, false])('stopping a check ends its look at the files, trusted or not: %s', async trusted => {
  const looking = Promise.withResolvers<void>()
  const content = {
    have: new Bitfield(2),
    selection: { isDefault: true },
    isChecked: false,
    storage: {
      stamps: ({ signal }: StampOptions = {}) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason))
          looking.resolve()
        }),
    },
  } as unknown as Content
  const checking = new Checking()
  const options = { files: {}, progress: null, thorough: false, accepted: false, trusted }
  const running = checking.run(content, options as unknown as CheckOptions)
  await looking.promise
  const reason = new ShoalError('closed', 'the session closes')
  const failed = expect(running).rejects.toBe(reason)
  await checking.stop(reason)
  await failed
  expect(content.have.count).toBe(0)
})
