// librabbitmq moved its headers into a folder of their own with 0.12; Debian 12 has 0.11.
#ifndef CRABBITMQ_SHIM_H
#define CRABBITMQ_SHIM_H

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

// Swift can't call a function with variable arguments: this is the one login we use.
static inline amqp_rpc_reply_t crabbitmq_login_plain(
    amqp_connection_state_t state, char const *vhost, int frame_max, int heartbeat,
    const amqp_table_t *properties, char const *user, char const *password) {
  return amqp_login_with_properties(state, vhost, 0, frame_max, heartbeat, properties,
                                    AMQP_SASL_METHOD_PLAIN, user, password);
}

#endif
