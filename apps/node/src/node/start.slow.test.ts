import { homedir } from 'node:os'
import { expect, test } from 'vitest'
import { ownFolders } from './start.ts'

test('the home folder is allowed only without a proxy', () => {
  expect(ownFolders({ host: '127.0.0.1', allowedHost: [] })).toEqual([homedir()])
  expect(ownFolders({ host: '::1', allowedHost: ['shoal.localhost'] })).toEqual([homedir()])
  expect(ownFolders({ host: '127.0.0.1', allowedHost: ['shoal.example.org'] })).toEqual([])
  expect(ownFolders({ host: '0.0.0.0', allowedHost: [] })).toEqual([])
})
