import { DeviceStore } from '../../shared/identity/device-store.ts'

/** This browser as a device of a person at this hub. */
export const ownDevice = new DeviceStore('shoal-hub')
