/** All screens of the page. Each is loaded when it is first opened. */
import type { HubAccess, HubInfo } from '@shoal/hub-api'
import type { ComponentType } from 'react'
import type { IconName } from '../../shared/controls/icons.ts'
import { lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/hub.ts'
import { FrontPage } from '../screens/front/FrontPage.tsx'

export interface Screen {
  /** A pattern of wouter. */
  readonly path: string
  readonly component: ComponentType
  /** Roles that may open it. Default: everyone. */
  readonly for?: HubAccess
  /** The screen exists only if the hub runs this capability. */
  readonly capability?: string
  /** The entry in the menu. */
  readonly menu?: { readonly label: string; readonly icon: IconName }
}

const { nav } = texts

export const SCREENS: readonly Screen[] = [
  { path: '/', component: FrontPage, menu: { label: nav.listings, icon: 'search' } },
  {
    path: '/join',
    component: lazyComponent(() => import('../screens/join/JoinPage.tsx').then(it => it.JoinPage)),
  },
  {
    path: '/login',
    component: lazyComponent(() => import('../screens/login/LoginPage.tsx').then(it => it.LoginPage)),
  },
  {
    path: '/listings/:id',
    capability: 'listings',
    component: lazyComponent(() => import('../screens/listing/ListingPage.tsx').then(it => it.ListingPage)),
  },
  {
    path: '/listings/:id/edit',
    capability: 'listings',
    component: lazyComponent(() => import('../screens/publish/EditPage.tsx').then(it => it.EditPage)),
    for: 'member',
  },
  {
    path: '/publish',
    capability: 'listings',
    component: lazyComponent(() => import('../screens/publish/PublishPage.tsx').then(it => it.PublishPage)),
    for: 'member',
    menu: { label: nav.publish, icon: 'plus' },
  },
  {
    path: '/invitations',
    component: lazyComponent(() =>
      import('../screens/invitations/InvitationsPage.tsx').then(it => it.InvitationsPage),
    ),
    for: 'member',
    menu: { label: nav.invitations, icon: 'share' },
  },
  {
    path: '/log',
    capability: 'moderation',
    component: lazyComponent(() => import('../screens/moderation/LogPage.tsx').then(it => it.LogPage)),
    menu: { label: nav.log, icon: 'document' },
  },
  {
    path: '/moderation',
    capability: 'moderation',
    component: lazyComponent(() =>
      import('../screens/moderation/ModerationPage.tsx').then(it => it.ModerationPage),
    ),
    for: 'moderator',
    menu: { label: nav.moderation, icon: 'alert' },
  },
  {
    path: '/admin',
    component: lazyComponent(() => import('../screens/admin/AdminPage.tsx').then(it => it.AdminPage)),
    for: 'admin',
    menu: { label: nav.admin, icon: 'settings' },
  },
  {
    path: '/account',
    component: lazyComponent(() => import('../screens/account/AccountPage.tsx').then(it => it.AccountPage)),
    for: 'member',
    menu: { label: nav.account, icon: 'peers' },
  },
]

/** Returns whether a hub with these capabilities has the screen. */
export function isThere({ capability }: Screen, { capabilities }: Pick<HubInfo, 'capabilities'>): boolean {
  return capability === undefined || capabilities.includes(capability)
}
