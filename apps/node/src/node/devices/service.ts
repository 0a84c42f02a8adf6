import { service } from '@shoal/daemon/capability'
import type { DeviceLogins } from '../kernel/device-logins.ts'

export const DEVICE_LOGINS = service<DeviceLogins>('device logins')
