import { z } from 'zod'
import { contract, operation } from '../contract.ts'
import { withStatus } from '../errors.ts'
import { DeviceHistory, Devices } from '../schemas/device.ts'

/** The devices with which the node's user logs in: see decision 014. */
export const DEVICES = contract({
  name: 'devices',
  operations: {
    listDevices: operation({
      method: 'GET',
      path: '/api/devices',
      effect: 'read',
      area: 'devices',
      summary:
        'List the devices of the node’s user, with the signed lists that say so, and alarms about them',
      input: z.object({}),
      output: Devices,
    }),
    describeDevice: operation({
      method: 'POST',
      path: '/api/devices/own',
      effect: 'write',
      area: 'devices',
      summary:
        'Describe this node as a device of its user, for a list that the user signs. Makes its keys, which stay in the node',
      input: z.object({ name: z.string().trim().min(1).max(64) }),
      output: z.object({ device: z.string() }),
      errors: withStatus(400, 'bad-argument'),
      idempotent: true,
    }),
    acceptDevices: operation({
      method: 'PUT',
      path: '/api/devices',
      effect: 'write',
      access: { tokenWhileNull: 'listDevices.did' },
      area: 'devices',
      summary:
        'Offer all device lists of the user. They are accepted if they extend the known lists; the first ones require the token, since their devices can log in',
      input: DeviceHistory,
      output: Devices,
      errors: {
        ...withStatus(403, 'forbidden'),
        ...withStatus(409, 'conflict'),
        'bad-device-list': { status: 400, field: 'lists' },
      },
    }),
    forgetDevices: operation({
      method: 'DELETE',
      path: '/api/devices',
      effect: 'delete',
      access: 'token',
      area: 'devices',
      summary: 'Forget the user and the device lists, so that no device can log in. Requires the token',
      input: z.object({}),
      output: Devices,
      errors: withStatus(403, 'forbidden'),
    }),
    dismissDeviceAlarms: operation({
      method: 'DELETE',
      path: '/api/devices/alarms',
      effect: 'delete',
      access: 'token',
      area: 'devices',
      summary: 'Dismiss the alarms about device lists. Requires the token',
      input: z.object({}),
      output: Devices,
      errors: withStatus(403, 'forbidden'),
    }),
  },
  commands: ['devices'],
})
