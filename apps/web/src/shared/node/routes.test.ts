import { OPERATIONS } from '@shoal/api'
import { expect, test } from 'vitest'
import { ROUTES } from './routes.ts'

test('every operation is asked for where the contract says', () => {
  const contract = Object.entries(OPERATIONS).map(([name, { method, path }]) => [name, [method, path]])
  expect(ROUTES).toEqual(Object.fromEntries(contract))
})
