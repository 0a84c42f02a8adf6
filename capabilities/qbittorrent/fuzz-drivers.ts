import { readParams } from './node/params.ts'

export const DRIVERS = {
  'qbittorrent-form': {
    run: (bytes: Uint8Array) => readParams('/api?a=b', 'multipart/form-data; boundary=limit', bytes),
  },
}
