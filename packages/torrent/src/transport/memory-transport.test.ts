import { systemClock } from '../base/clock.ts'
import { testTransport } from './compliance.ts'
import { MemoryNetwork } from './memory-transport.ts'

testTransport('memory', () => {
  const network = new MemoryNetwork({ clock: systemClock })
  return { transport: network.transport('10.0.0.1'), host: '10.0.0.1' }
})
