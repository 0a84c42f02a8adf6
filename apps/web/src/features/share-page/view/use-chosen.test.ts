import { expect, test } from 'vitest'
import type { FileSnapshot } from '../../../shared/engine/protocol.ts'
import { countBytes } from './use-chosen.ts'

const file = (lengthBytes: number, haveBytes: number) => ({ lengthBytes, haveBytes }) as FileSnapshot

test('bytes that have arrived are not counted as missing', () => {
  expect(countBytes([file(10, 4), file(5, 0)])).toEqual({ bytes: 15, missingBytes: 11 })
  expect(countBytes([])).toEqual({ bytes: 0, missingBytes: 0 })
})
