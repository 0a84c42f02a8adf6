import { BYTE_ROUTES, OPERATIONS } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { toRefusal } from '@shoal/daemon/http'
import { expect, test } from 'vitest'

const promised = Object.values({ ...OPERATIONS, ...BYTE_ROUTES }).flatMap(
  operation => (operation as { errors?: readonly string[] }).errors ?? [],
)

test.each([...new Set(promised)])('%s, which an operation promises, is answered as such', code => {
  const { status, problem, unforeseen } = toRefusal(new Failure(code, 'what is wrong'))
  expect({ status: status >= 400 && status !== 500, code: problem.error.code, unforeseen }).toEqual({
    status: true,
    code,
    unforeseen: false,
  })
})
