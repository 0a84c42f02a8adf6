import { testStorage } from './compliance.ts'
import { createMemoryStorage } from './memory-storage.ts'

testStorage('memory storage', async layout => ({
  storage: createMemoryStorage(layout),
  elsewhere: '/elsewhere',
  cleanUp: async () => {},
}))
