import { DeviceStore } from '../../shared/identity/device-store.ts'

/** The identity of this browser as a device of a person on this hub. */
export const ownDevice = new DeviceStore('shoal-hub')
