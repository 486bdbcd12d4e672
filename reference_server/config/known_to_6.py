"""The options that a file of 6.9 may hold, table by table, and of what kind each is.

Source: `internal/config/config.go` and `internal/configtypes` of 6.9.1. What stands behind a name:
nothing for a text, `?` a switch, `#` a whole number, `~` a duration, `*` a list of texts, `!` what
is looked at elsewhere or not at all, `:` a table, named by its place or, where several are alike,
by the word that follows.
"""

TABLES = {
    "": (
        "admin: broker: channel: client: consumers! controller: debug: emulation:"
        " enable_unreleased_features? engine: graphite: grpc_api: health: http_api: http_server:"
        " http_stream: init: log: map_broker: node: opentelemetry: pid_file presence_manager:"
        " prometheus: proxies! rpc: shared_poll: shutdown: sse: swagger: uni_grpc:"
        " uni_http_stream: uni_sse: uni_websocket: usage_stats: websocket: webtransport:"
    ),
    "http_server": (
        "address h2c_external? http3: internal_address internal_port internal_tls:tls port#"
        " tls:tls tls_autocert: tls_external?"
    ),
    "tls": (
        "cert_pem client_ca_pem enabled? insecure_skip_verify? key_pem server_ca_pem server_name"
    ),
    "http_server.tls_autocert": (
        "cache_dir email enabled? host_whitelist* http? http_addr server_name"
    ),
    "http_server.http3": "enabled?",
    "log": "file level",
    "engine": "redis: type",
    "engine.redis": (
        "address* client_name cluster_address* connect_timeout~ db# force_resp2?"
        " history_use_lists? io_timeout~ password prefix presence_hash_field_ttl? presence_ttl~"
        " presence_user_mapping? replica_client:redis_replica sentinel_address*"
        " sentinel_client_name sentinel_master_name sentinel_password sentinel_tls:tls"
        " sentinel_user tls:tls user"
    ),
    "redis_replica": "enabled?",
    "broker": "enabled? nats:nats_broker postgres: redis:redis_broker redisnats: type",
    "redis_broker": (
        "address* client_name cluster_address* connect_timeout~ db# force_resp2?"
        " history_use_lists? io_timeout~ password prefix replica_client:redis_replica"
        " sentinel_address* sentinel_client_name sentinel_master_name sentinel_password"
        " sentinel_tls:tls sentinel_user tls:tls user"
    ),
    "nats_broker": (
        "allow_wildcards? dial_timeout~ prefix raw_mode:broker.nats.raw_mode tls:tls url"
        " write_timeout~"
    ),
    "broker.nats.raw_mode": "channel_replacements! enabled? prefix",
    "broker.postgres": (
        "binary_data? cleanup_interval~ dsn idempotent_result_ttl~ notify_dsn num_shards#"
        " outbox:outbox partition_lookahead_days# partition_retention_days# pool_size#"
        " skip_schema_init? stream_retention~ table_prefix tls:tls use_notify?"
    ),
    "outbox": "batch_size# poll_interval~",
    "broker.redisnats": "nats:nats_broker redis:redis_broker",
    "presence_manager": "enabled? redis: type",
    "presence_manager.redis": (
        "address* client_name cluster_address* connect_timeout~ db# force_resp2? io_timeout~"
        " password prefix presence_hash_field_ttl? presence_ttl~ presence_user_mapping?"
        " replica_client:redis_replica sentinel_address* sentinel_client_name sentinel_master_name"
        " sentinel_password sentinel_tls:tls sentinel_user tls:tls user"
    ),
    "map_broker": "postgres: redis: type",
    "map_broker.redis": (
        "address* cleanup_batch_size# cleanup_interval~ client_name cluster_address*"
        " connect_timeout~ db# force_resp2? idempotent_result_ttl~ io_timeout~ password prefix"
        " replica_client:redis_replica sentinel_address* sentinel_client_name sentinel_master_name"
        " sentinel_password sentinel_tls:tls sentinel_user skip_pub_sub? tls:tls user"
    ),
    "map_broker.postgres": (
        "binary_data? cleanup_interval~ dsn idempotent_result_ttl~ notify_dsn num_shards#"
        " outbox:outbox partition_lookahead_days# partition_retention_days# pool_size#"
        " skip_schema_init? stream_retention~ table_prefix tls:tls ttl_check_interval~ use_notify?"
    ),
    "controller": "enabled? postgres: type",
    "controller.postgres": (
        "batch_size# dsn notify_dsn num_shards# partition_cleanup_interval~"
        " partition_lookahead_days# partition_retention_days# poll_interval~ pool_size#"
        " skip_schema_init? table_prefix tls:tls use_notify?"
    ),
    "shared_poll": (
        "concurrency_limit# hmac_previous_secret_key hmac_previous_secret_key_valid_until#"
        " hmac_secret_key"
    ),
    "client": (
        "allow_anonymous_connect_without_token? allowed_origins* channel_limit#"
        " channel_position_check_delay~ channel_position_max_time_lag~ concurrency#"
        " connect_code_to_unidirectional_disconnect: connect_include_server_time?"
        " connection_limit# connection_rate_limit# disallow_anonymous_connection_tokens?"
        " expired_close_delay~ expired_sub_close_delay~ history_max_publication_limit# insecure?"
        " insecure_skip_token_signature_verify? ping_interval~ pong_timeout~"
        " presence_update_interval~ proxy: queue_max_size# recovery_max_publication_limit#"
        " stale_close_delay~ subscribe_to_user_personal_channel: subscription_token: token:"
        " user_connection_limit# user_id_http_header"
    ),
    "client.proxy": "connect: refresh:",
    "client.proxy.connect": (
        "binary_encoding? emulated_headers* enabled? endpoint grpc:proxy_grpc grpc_metadata*"
        " http:proxy_http http_headers* include_connection_meta? timeout~"
    ),
    "proxy_http": "static_headers! status_to_code_transforms! tls:tls",
    "proxy_grpc": "compression? credentials_key credentials_value static_metadata! tls:tls",
    "client.proxy.refresh": (
        "binary_encoding? emulated_headers* enabled? endpoint grpc:proxy_grpc grpc_metadata*"
        " http:proxy_http http_headers* include_connection_meta? timeout~"
    ),
    "client.token": (
        "audience audience_regex ecdsa_public_key hmac_previous_secret_key"
        " hmac_previous_secret_key_valid_until# hmac_secret_key"
        " insecure_skip_jwks_endpoint_safety_check? issuer issuer_regex jwks_public_endpoint"
        " rsa_public_key user_id_claim"
    ),
    "client.subscription_token": (
        "audience audience_regex ecdsa_public_key enabled? hmac_previous_secret_key"
        " hmac_previous_secret_key_valid_until# hmac_secret_key"
        " insecure_skip_jwks_endpoint_safety_check? issuer issuer_regex jwks_public_endpoint"
        " rsa_public_key user_id_claim"
    ),
    "client.subscribe_to_user_personal_channel": (
        "enabled? personal_channel_namespace single_connection?"
    ),
    "client.connect_code_to_unidirectional_disconnect": "enabled? transforms!",
    "channel": (
        "history_meta_ttl~ max_length# namespace_boundary namespaces! private_prefix proxy:"
        " publication_data_format user_boundary user_separator without_namespace:"
    ),
    "channel.proxy": (
        "map_publish:proxy map_remove:proxy publish:proxy shared_poll_refresh:proxy"
        " sub_refresh:proxy subscribe:proxy subscribe_stream:proxy"
    ),
    "proxy": (
        "binary_encoding? emulated_headers* endpoint grpc:proxy_grpc grpc_metadata*"
        " http:proxy_http http_headers* include_connection_meta? timeout~"
    ),
    "channel.without_namespace": (
        "allow_history_for_anonymous? allow_history_for_client? allow_history_for_subscriber?"
        " allow_positioning? allow_presence_for_anonymous? allow_presence_for_client?"
        " allow_presence_for_subscriber? allow_publish_for_anonymous? allow_publish_for_client?"
        " allow_publish_for_subscriber? allow_recovery? allow_subscribe_for_anonymous?"
        " allow_subscribe_for_client? allow_tags_filter? allow_user_limited_channels?"
        " allowed_delta_types! auto_cache_recover? channel_regex delta_publish? force_positioning?"
        " force_push_join_leave? force_recovery? force_recovery_mode history_meta_ttl~"
        " history_size# history_ttl~ join_leave? map: map_clients_presence_channel_prefix"
        " map_users_presence_channel_prefix presence? publication_data_format"
        " publish_proxy_enabled? publish_proxy_name shared_poll: sub_refresh_proxy_enabled?"
        " sub_refresh_proxy_name subscribe_proxy_enabled? subscribe_proxy_name"
        " subscribe_stream_proxy_bidirectional? subscribe_stream_proxy_enabled?"
        " subscribe_stream_proxy_name subscription_type"
    ),
    "channel.without_namespace.map": (
        "allow_publish_for_anonymous? allow_publish_for_client? allow_publish_for_subscriber?"
        " allow_remove_for_anonymous? allow_remove_for_client? allow_remove_for_subscriber?"
        " client_key default_page_size# key_ttl~ live_transition_max_publication_limit#"
        " max_page_size# meta_ttl~ min_page_size# mode publish_proxy_enabled? publish_proxy_name"
        " remove_client_on_unsubscribe? remove_proxy_enabled? remove_proxy_name stream_size#"
        " stream_ttl~ subscribe_catch_up_timeout~"
    ),
    "channel.without_namespace.shared_poll": (
        "channel_shutdown_delay~ max_keys_per_connection# mode proxy_name publish_enabled?"
        " refresh_batch_size# refresh_interval~ track_expired_extra_delay~"
    ),
    "rpc": "namespace_boundary namespaces! ping: proxy:proxy without_namespace:",
    "rpc.without_namespace": "proxy_enabled? proxy_name",
    "rpc.ping": "enabled? method",
    "http_api": "disabled? error_mode external? handler_prefix insecure? key",
    "grpc_api": (
        "address enabled? error_mode key max_receive_message_size# port# reflection? tls:tls"
    ),
    "websocket": (
        "compression? compression_level# compression_min_size# decompressed_message_size_limit#"
        " disabled? handler_prefix message_size_limit# read_buffer_size# use_write_buffer_pool?"
        " write_buffer_size# write_timeout~"
    ),
    "sse": "enabled? handler_prefix max_request_body_size#",
    "http_stream": "enabled? handler_prefix max_request_body_size#",
    "webtransport": "enabled? handler_prefix message_size_limit#",
    "uni_sse": (
        "connect_code_to_http_response:code_to_response enabled? handler_prefix"
        " max_request_body_size#"
    ),
    "code_to_response": "enabled? transforms!",
    "uni_http_stream": (
        "connect_code_to_http_response:code_to_response enabled? handler_prefix"
        " max_request_body_size#"
    ),
    "uni_websocket": (
        "compression? compression_level# compression_min_size# decompressed_message_size_limit#"
        " disable_closing_handshake? disable_disconnect_push? enabled? handler_prefix"
        " join_push_messages? message_size_limit# read_buffer_size# use_write_buffer_pool?"
        " write_buffer_size# write_timeout~"
    ),
    "uni_grpc": "address enabled? max_receive_message_size# port# tls:tls",
    "emulation": "handler_prefix max_request_body_size#",
    "admin": (
        "enabled? external? handler_prefix insecure? password secret web_path web_proxy_address"
    ),
    "prometheus": (
        "enabled? handler_prefix instrument_http_handlers? native_histograms?"
        " recovered_publications_histogram?"
    ),
    "health": "enabled? handler_prefix",
    "swagger": "enabled? handler_prefix",
    "debug": "enabled? handler_prefix",
    "init": "enabled? handler_prefix",
    "opentelemetry": "api? consuming? enabled? google_cloud_adc_auth?",
    "graphite": "enabled? host interval~ port# prefix tags?",
    "usage_stats": "disabled?",
    "node": "info_metrics_aggregate_interval~ name",
    "shutdown": "timeout~",
}
