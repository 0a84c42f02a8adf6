/** Adding and previewing: determines what a link, path or content refers to. */
import { SOURCES as CONTRACT } from '@shoal/api'
import { capability } from '../kernel/capability.ts'
import { SEALED } from '../sealed/service.ts'
import { TORRENTS } from '../torrents/service.ts'
import { TRANSFERS } from '../transfers/service.ts'
import { SourceAdder } from './add-source.ts'
import { SOURCES as SERVICE } from './service.ts'

export const SOURCES = capability({
  contract: CONTRACT,
  needs: { torrents: TORRENTS },
  wants: { transfers: TRANSFERS, sealed: SEALED },
  provides: { sources: SERVICE },
  start(kernel, services) {
    const adder = new SourceAdder({ kernel, ...services })
    return {
      operations: {
        addTorrent: (input, options) => adder.add(input, options),
        previewTorrent: (input, options) => adder.preview(input, options),
        listProtocols: async () => ({ items: adder.describe() }),
      },
      provides: { sources: adder },
      jobs: { download: { resume: record => adder.downloads.resume(record) } },
      close: () => adder.downloads.close(),
    }
  },
})
