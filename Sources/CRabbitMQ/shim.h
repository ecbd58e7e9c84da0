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

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <string.h>

// Swift can't call a function with variable arguments: these are the two logins we use.
static inline amqp_rpc_reply_t crabbitmq_login_plain(
    amqp_connection_state_t state, char const *vhost, int frame_max, int heartbeat,
    const amqp_table_t *properties, char const *user, char const *password) {
  return amqp_login_with_properties(state, vhost, 0, frame_max, heartbeat, properties,
                                    AMQP_SASL_METHOD_PLAIN, user, password);
}

static inline amqp_rpc_reply_t crabbitmq_login_external(
    amqp_connection_state_t state, char const *vhost, int frame_max, int heartbeat,
    const amqp_table_t *properties, char const *identity) {
  return amqp_login_with_properties(state, vhost, 0, frame_max, heartbeat, properties,
                                    AMQP_SASL_METHOD_EXTERNAL, identity);
}

// What a TLS handshake tells. librabbitmq keeps its session to itself and reports little more than "failed", so
// OpenSSL's callbacks write down here what they see. Belongs to the context as its application data.
typedef struct {
  int has_begun;
  int is_done;
  // Whether the peer asked for a certificate of ours.
  int was_asked;
  // Whether a private key wanted a passphrase.
  int wants_passphrase;
  // What the peer complained about: an SSL_AD_ number, -1 when it did not.
  int alert;
  // Why its certificate was refused: an X509_V_ERR_ number, 0 when it was not.
  int verify_error;
  // The refused certificate: its place in the chain (0: the peer's own), names and days. Unix time.
  int verify_depth;
  int64_t refused_not_before;
  int64_t refused_not_after;
  char subject[512];
  char issuer[512];
  // The host names and addresses of the peer's own certificate, and the end of its days.
  char names[512];
  int64_t peer_not_after;
  // Such as TLSv1.3.
  char version[16];
  // The session once it stands: librabbitmq's, for writing as long as the connection lives.
  SSL *stream;
  // A reference of our own to a session whose peer may still refuse our certificate.
  SSL *session;
} crabbitmq_tls_t;

static inline char const *crabbitmq_tls_subject(const crabbitmq_tls_t *tls) { return tls->subject; }
static inline char const *crabbitmq_tls_issuer(const crabbitmq_tls_t *tls) { return tls->issuer; }
static inline char const *crabbitmq_tls_names(const crabbitmq_tls_t *tls) { return tls->names; }
static inline char const *crabbitmq_tls_version(const crabbitmq_tls_t *tls) { return tls->version; }

static inline int64_t crabbitmq_unix_time(const ASN1_TIME *time) {
  int days = 0, seconds = 0;
  ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
  if (epoch == NULL || time == NULL || !ASN1_TIME_diff(&days, &seconds, epoch, time)) days = seconds = 0;
  ASN1_TIME_free(epoch);
  return (int64_t)days * 86400 + seconds;
}

// Appends what came from the peer, in printable ASCII: it ends up in logs.
static inline void crabbitmq_append(char *target, size_t size, const void *text, size_t length) {
  size_t used = strlen(target);
  for (size_t i = 0; i < length && used + 1 < size; i++) {
    unsigned char byte = ((const unsigned char *)text)[i];
    target[used++] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
  }
  target[used] = 0;
}

static inline void crabbitmq_distinguished_name(char *target, size_t size, const X509_NAME *name) {
  BIO *memory = BIO_new(BIO_s_mem());
  char *bytes = NULL;
  target[0] = 0;
  if (memory != NULL && name != NULL && X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253) >= 0) {
    long length = BIO_get_mem_data(memory, &bytes);
    if (length > 0) crabbitmq_append(target, size, bytes, (size_t)length);
  }
  BIO_free(memory);
}

static inline void crabbitmq_host_names(char *target, size_t size, X509 *certificate) {
  GENERAL_NAMES *names = (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  target[0] = 0;
  for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
    char address[INET6_ADDRSTRLEN] = "";
    if (name->type == GEN_DNS) {
      if (target[0]) crabbitmq_append(target, size, ", ", 2);
      crabbitmq_append(target, size, ASN1_STRING_get0_data(name->d.dNSName),
                       (size_t)ASN1_STRING_length(name->d.dNSName));
    } else if (name->type == GEN_IPADD) {
      int length = ASN1_STRING_length(name->d.iPAddress);
      const unsigned char *bytes = ASN1_STRING_get0_data(name->d.iPAddress);
      if (length == 4) inet_ntop(AF_INET, bytes, address, sizeof address);
      if (length == 16) inet_ntop(AF_INET6, bytes, address, sizeof address);
      if (target[0]) crabbitmq_append(target, size, ", ", 2);
      crabbitmq_append(target, size, address, strlen(address));
    }
  }
  GENERAL_NAMES_free(names);
}

static inline crabbitmq_tls_t *crabbitmq_tls_of(const SSL *session) {
  return (crabbitmq_tls_t *)SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), 0);
}

static inline int crabbitmq_on_verify(int is_good, X509_STORE_CTX *store) {
  SSL *session = (SSL *)X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  crabbitmq_tls_t *tls = session == NULL ? NULL : crabbitmq_tls_of(session);
  X509 *peer = X509_STORE_CTX_get0_cert(store);
  X509 *current = X509_STORE_CTX_get_current_cert(store);
  if (tls == NULL) return 0;
  if (peer != NULL) {
    tls->peer_not_after = crabbitmq_unix_time(X509_get0_notAfter(peer));
    crabbitmq_host_names(tls->names, sizeof tls->names, peer);
  }
  if (!is_good) {
    tls->verify_error = X509_STORE_CTX_get_error(store);
    tls->verify_depth = X509_STORE_CTX_get_error_depth(store);
    if (current == NULL) current = peer;
    if (current != NULL) {
      crabbitmq_distinguished_name(tls->subject, sizeof tls->subject, X509_get_subject_name(current));
      crabbitmq_distinguished_name(tls->issuer, sizeof tls->issuer, X509_get_issuer_name(current));
      tls->refused_not_before = crabbitmq_unix_time(X509_get0_notBefore(current));
      tls->refused_not_after = crabbitmq_unix_time(X509_get0_notAfter(current));
    }
  }
  return is_good;
}

static inline void crabbitmq_on_progress(const SSL *session, int where, int value) {
  crabbitmq_tls_t *tls = crabbitmq_tls_of(session);
  if (tls == NULL) return;
  if (where & SSL_CB_HANDSHAKE_START) tls->has_begun = 1;
  if (where & SSL_CB_HANDSHAKE_DONE) {
    char const *version = SSL_get_version(session);
    tls->is_done = 1;
    tls->stream = (SSL *)session;
    tls->version[0] = 0;
    crabbitmq_append(tls->version, sizeof tls->version, version, strlen(version));
    if (tls->was_asked && tls->session == NULL && SSL_up_ref((SSL *)session)) tls->session = (SSL *)session;
  }
  // The low byte is the complaint, the high one its level; "close notify" is a good-bye.
  if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value & 0xff) != SSL_AD_CLOSE_NOTIFY) {
    tls->alert = value & 0xff;
  }
}

static inline int crabbitmq_on_certificate_request(SSL *session, void *tls) {
  (void)session;
  ((crabbitmq_tls_t *)tls)->was_asked = 1;
  return 1;
}

// Without this OpenSSL would ask at the terminal.
static inline int crabbitmq_on_passphrase(char *buffer, int size, int is_writing, void *tls) {
  (void)buffer, (void)size, (void)is_writing;
  ((crabbitmq_tls_t *)tls)->wants_passphrase = 1;
  return -1;
}

// Verifies whoever the context connects to, demands TLS 1.2, and writes down what happens.
static inline int crabbitmq_tls_prepare(SSL_CTX *context, crabbitmq_tls_t *tls) {
  memset(tls, 0, sizeof *tls);
  tls->alert = -1;
  if (!SSL_CTX_set_ex_data(context, 0, tls)) return 0;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, crabbitmq_on_verify);
  SSL_CTX_set_info_callback(context, crabbitmq_on_progress);
  SSL_CTX_set_cert_cb(context, crabbitmq_on_certificate_request, tls);
  SSL_CTX_set_default_passwd_cb(context, crabbitmq_on_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, tls);
  // What the socket does not take is offered again from a buffer that has grown and moved meanwhile.
  // A peer that wants to negotiate anew in the middle would make writing wait for reading.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

// Writes as much as the socket takes: a count, 0 when it takes nothing now, -1 when the session is broken.
static inline int crabbitmq_tls_write(const crabbitmq_tls_t *tls, const void *bytes, size_t count, int *number) {
  int result;
  if (tls->stream == NULL) return -1;
  ERR_clear_error();
  errno = 0;
  result = SSL_write(tls->stream, bytes, count > (1 << 20) ? 1 << 20 : (int)count);
  *number = errno;
  if (result > 0) return result;
  switch (SSL_get_error(tls->stream, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return 0;
    case SSL_ERROR_SYSCALL: return -1;
    default: *number = 0; return -1;
  }
}

// Which name or address the peer's certificate must be for.
static inline int crabbitmq_tls_expect_host(SSL_CTX *context, char const *host) {
  X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(context);
  unsigned char address[16];
  // An empty name would turn the check off.
  if (host[0] == 0) return 0;
  if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1) {
    return X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1;
  }
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1;
}

// Reads what the peer said before it closed: a failed write keeps the library from reading it. The descriptor must not
// block.
static inline void crabbitmq_hear_last_words(crabbitmq_tls_t *tls, int descriptor) {
  char byte;
  BIO *input = tls->session == NULL ? NULL : BIO_new_socket(descriptor, BIO_NOCLOSE);
  // An answer of OpenSSL's must go nowhere: the library's descriptor is closed and its number may be somebody else's.
  BIO *output = input == NULL ? NULL : BIO_new(BIO_s_null());
  if (output == NULL) {
    BIO_free(input);
    return;
  }
  ERR_clear_error();
  SSL_set0_rbio(tls->session, input);
  SSL_set0_wbio(tls->session, output);
  (void)SSL_read(tls->session, &byte, 1);
}

static inline void crabbitmq_let_go(crabbitmq_tls_t *tls) {
  SSL_free(tls->session);
  tls->session = NULL;
}

// Subject and last day of our own certificate; 0 when there is none.
static inline int64_t crabbitmq_own_certificate(SSL_CTX *context, char *subject, size_t size) {
  X509 *own = SSL_CTX_get0_certificate(context);
  subject[0] = 0;
  if (own == NULL) return 0;
  crabbitmq_distinguished_name(subject, size, X509_get_subject_name(own));
  return crabbitmq_unix_time(X509_get0_notAfter(own));
}

#endif
