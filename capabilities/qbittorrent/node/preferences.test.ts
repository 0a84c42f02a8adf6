import { DEFAULT_SETTINGS, type NodeInfo, type Settings } from '@shoal/api'
import { expect, test } from 'vitest'
import { toPreferences } from './preferences.ts'
import { settingsChange, withoutFixed } from './preferences-change.ts'

const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  downloads: { ...DEFAULT_SETTINGS.downloads, directory: '/downloads' },
  seeding: { ratioLimit: 2, timeLimitMinutes: 60, action: 'remove' },
  queue: { maxDownloads: 3, maxSeeds: null },
}
const INFO = { peerPort: 6881 } as NodeInfo
const WEB = { address: '127.0.0.1', port: 8420, userName: 'ann' }

function merged(change: ReturnType<typeof settingsChange>): Settings {
  const groups = Object.entries(SETTINGS).map(([name, group]) => [
    name,
    { ...group, ...change[name as keyof typeof change] },
  ])
  return Object.fromEntries(groups) as Settings
}

test('unchanged preferences change nothing', () => {
  const change = settingsChange(toPreferences(SETTINGS, INFO, WEB), SETTINGS)
  expect(merged(change)).toEqual(SETTINGS)
})

test('limits, queue, seeding limits and times become settings', () => {
  const change = settingsChange(
    {
      dl_limit: 1000,
      up_limit: 0,
      encryption: 1,
      max_active_downloads: -1,
      max_active_uploads: 4,
      max_ratio_enabled: false,
      max_seeding_time: 10,
      max_ratio_act: 3,
      scheduler_enabled: true,
      scheduler_days: 1,
      schedule_from_hour: 7,
      schedule_from_min: 5,
      alt_dl_limit: 50,
    },
    SETTINGS,
  )
  expect(change).toMatchObject({
    limits: {
      downloadBytesPerSecond: 1000,
      uploadBytesPerSecond: null,
      schedule: [{ days: [1, 2, 3, 4, 5], from: '07:05', to: '17:00', downloadBytesPerSecond: 50 }],
    },
    network: { encryption: 'require' },
    queue: { maxDownloads: null, maxSeeds: 4 },
    seeding: { ratioLimit: null, timeLimitMinutes: 10, action: 'remove-with-data' },
  })
  expect(toPreferences(merged(change), INFO, WEB)).toMatchObject({
    scheduler_enabled: true,
    scheduler_days: 1,
    schedule_from_min: 5,
    max_ratio_enabled: false,
    max_ratio_act: 3,
  })
})

test('TCP alone turns uTP off', () => {
  expect(toPreferences(SETTINGS, INFO, WEB)).toMatchObject({ bittorrent_protocol: 0 })
  const off = settingsChange({ bittorrent_protocol: 1 }, SETTINGS)
  expect(off).toEqual({ network: { utp: false } })
  expect(toPreferences(merged(off), INFO, WEB)).toMatchObject({ bittorrent_protocol: 1 })
  expect(settingsChange({ bittorrent_protocol: 2 }, SETTINGS)).toEqual({ network: { utp: true } })
})

test('the IP filter is switched by its path', () => {
  const on = settingsChange(
    { ip_filter_enabled: true, ip_filter_path: '/list.dat', ip_filter_trackers: true },
    SETTINGS,
  )
  expect(on).toEqual({ privacy: { ipFilter: '/list.dat', filterTrackers: true } })
  const shown = { ip_filter_enabled: true, ip_filter_path: '/list.dat', ip_filter_trackers: true }
  expect(toPreferences(merged(on), INFO, WEB)).toMatchObject(shown)
  const off = settingsChange({ ip_filter_enabled: false, ip_filter_path: '/list.dat' }, merged(on))
  expect(off).toEqual({ privacy: { ipFilter: null } })
})

test('a value of another type is rejected', () => {
  expect(() => settingsChange({ dht: 1 }, SETTINGS)).toThrow(/dht is neither true nor false/)
  expect(settingsChange({ web_ui_password: 'x', proxy_type: 1 }, SETTINGS)).toEqual({})
})

test('has the preferences of qBittorrent 4.6.7, with the right types', () => {
  const preferences: Record<string, unknown> = toPreferences(SETTINGS, INFO, WEB)
  expect(preferences).toMatchObject({
    web_ui_port: 8420,
    web_ui_username: 'ann',
    embedded_tracker_port: 8420,
  })
  const kinds = Object.groupBy(Object.keys(preferences), name => typeof preferences[name])
  for (const [kind, names] of Object.entries(NAMES))
    expect(kinds[kind as keyof typeof NAMES]?.toSorted()).toEqual(names.trim().split(/\s+/).toSorted())
})

/** The names of 4.6.7 by the type of their values. */
const NAMES = {
  boolean: `
    add_to_top_of_queue add_trackers_enabled alternative_webui_enabled announce_to_all_tiers
    announce_to_all_trackers anonymous_mode auto_tmm_enabled autorun_enabled
    autorun_on_torrent_added_enabled block_peers_on_privileged_ports
    bypass_auth_subnet_whitelist_enabled bypass_local_auth category_changed_tmm_enabled dht
    dont_count_slow_torrents dyndns_enabled embedded_tracker_port_forwarding enable_coalesce_read_write
    enable_embedded_tracker enable_multi_connections_from_same_ip enable_piece_extent_affinity
    enable_upload_suggestions excluded_file_names_enabled file_log_backup_enabled file_log_delete_old
    file_log_enabled i2p_enabled i2p_mixed_mode idn_support_enabled incomplete_files_ext
    ip_filter_enabled ip_filter_trackers limit_lan_peers limit_tcp_overhead limit_utp_rate lsd
    mail_notification_auth_enabled mail_notification_enabled mail_notification_ssl_enabled
    max_inactive_seeding_time_enabled max_ratio_enabled max_seeding_time_enabled merge_trackers
    performance_warning pex preallocate_all proxy_auth_enabled proxy_bittorrent proxy_hostname_lookup
    proxy_misc proxy_peer_connections proxy_rss queueing_enabled random_port
    reannounce_when_address_changed recheck_completed_torrents resolve_peer_countries
    rss_auto_downloading_enabled rss_download_repack_proper_episodes rss_processing_enabled
    save_path_changed_tmm_enabled scheduler_enabled ssrf_mitigation start_paused_enabled
    temp_path_enabled torrent_changed_tmm_enabled upnp use_category_paths_in_manual_mode use_https
    use_subcategories validate_https_tracker_certificate web_ui_clickjacking_protection_enabled
    web_ui_csrf_protection_enabled web_ui_host_header_validation_enabled web_ui_reverse_proxy_enabled
    web_ui_secure_cookie_enabled web_ui_upnp web_ui_use_custom_http_headers_enabled`,
  string: `
    add_trackers alternative_webui_path announce_ip autorun_on_torrent_added_program autorun_program
    banned_IPs bypass_auth_subnet_whitelist current_interface_address current_interface_name
    current_network_interface dyndns_domain dyndns_password dyndns_username excluded_file_names
    export_dir export_dir_fin file_log_path i2p_address ip_filter_path locale mail_notification_email
    mail_notification_password mail_notification_sender mail_notification_smtp
    mail_notification_username proxy_ip proxy_password proxy_type proxy_username
    resume_data_storage_type rss_smart_episode_filters save_path temp_path torrent_content_layout
    torrent_stop_condition web_ui_address web_ui_custom_http_headers web_ui_domain_list
    web_ui_https_cert_path web_ui_https_key_path web_ui_reverse_proxies_list web_ui_username`,
  number: `
    alt_dl_limit alt_up_limit async_io_threads auto_delete_mode bdecode_depth_limit bdecode_token_limit
    bittorrent_protocol checking_memory_use connection_speed disk_cache disk_cache_ttl disk_io_read_mode
    disk_io_type disk_io_write_mode disk_queue_size dl_limit dyndns_service embedded_tracker_port
    encryption file_log_age file_log_age_type file_log_max_size file_pool_size hashing_threads
    i2p_inbound_length i2p_inbound_quantity i2p_outbound_length i2p_outbound_quantity i2p_port
    listen_port max_active_checking_torrents max_active_downloads max_active_torrents max_active_uploads
    max_concurrent_http_announces max_connec max_connec_per_torrent max_inactive_seeding_time max_ratio
    max_ratio_act max_seeding_time max_uploads max_uploads_per_torrent memory_working_set_limit
    outgoing_ports_max outgoing_ports_min peer_tos peer_turnover peer_turnover_cutoff
    peer_turnover_interval proxy_port refresh_interval request_queue_size rss_max_articles_per_feed
    rss_refresh_interval save_resume_data_interval schedule_from_hour schedule_from_min schedule_to_hour
    schedule_to_min scheduler_days send_buffer_low_watermark send_buffer_watermark
    send_buffer_watermark_factor slow_torrent_dl_rate_threshold slow_torrent_inactive_timer
    slow_torrent_ul_rate_threshold socket_backlog_size socket_receive_buffer_size
    socket_send_buffer_size stop_tracker_timeout torrent_file_size_limit up_limit
    upload_choking_algorithm upload_slots_behavior upnp_lease_duration utp_tcp_mixed_mode
    web_ui_ban_duration web_ui_max_auth_fail_count web_ui_port web_ui_session_timeout`,
  object: `
    scan_dirs`,
}

test('queueing is off without limits, and gets limits when it is switched on', () => {
  const off = merged(settingsChange({ queueing_enabled: false, max_active_uploads: 4 }, SETTINGS))
  expect(toPreferences(off, INFO, WEB)).toMatchObject({ queueing_enabled: false, max_active_downloads: -1 })
  expect(settingsChange({ queueing_enabled: true }, off).queue).toEqual({ maxDownloads: 3, maxSeeds: 3 })
  expect(settingsChange({ queueing_enabled: true, max_active_uploads: 2 }, off).queue).toEqual({
    maxSeeds: 2,
  })
})

test('settings that the command line fixes are left out, and the others set', () => {
  const change = settingsChange({ save_path: '/other', dl_limit: 5, start_paused_enabled: true }, SETTINGS)
  expect(withoutFixed(change, ['downloads.directory', 'limits.downloadBytesPerSecond'])).toEqual({
    downloads: { startPaused: true },
  })
})

test('the content layout is a setting', () => {
  const change = settingsChange({ torrent_content_layout: 'NoSubfolder' }, SETTINGS)
  expect(change).toEqual({ downloads: { layout: 'no-subfolder' } })
  expect(toPreferences(merged(change), INFO, WEB).torrent_content_layout).toBe('NoSubfolder')
})
