import { dialog, type Feature, lazyComponent } from '../../shared/feature.ts'
import { addRequest, linkShown } from '../../shared/ui/ui.ts'

export const add: Feature = {
  name: 'add',
  screens: [
    {
      path: '/welcome',
      component: lazyComponent(() => import('./welcome/WelcomePage.tsx').then(it => it.WelcomePage)),
    },
  ],
  dialogs: [
    dialog(addRequest, () => import('./AddDialog.tsx').then(it => it.AddDialog)),
    dialog(linkShown, () => import('./LinkDialog.tsx').then(it => it.LinkDialog)),
  ],
}
