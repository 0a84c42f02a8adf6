/**
 * For tests in other packages: a compliance suite for each contract that they can implement, and a
 * virtual clock.
 */
export { VirtualClock } from '../base/virtual-clock.ts'
export { testDiscovery } from '../discovery/compliance.ts'
export { testStorage } from '../storage/compliance.ts'
export { testResumeStore } from '../storage/record/resume-store-suite.ts'
export { testTransport } from '../transport/compliance.ts'
export { MemoryDatagramNetwork } from '../transport/memory-datagram.ts'
export { MemoryRtc } from '../transport/webrtc/testing/memory-rtc.ts'
