/// The shell script that keeps one private RabbitMQ node: it obeys lines on its standard input, answers on its standard
/// output, and cleans up when the input ends, however the process that started it ended.
enum RabbitMQKeeper {
    /// Arguments: base folder, AMQP port, AMQP port with TLS, distribution port, epmd port, port of the management API (or
    /// nothing), plugins with commas between them, further lines of the configuration (with `ssl_options` among them no
    /// certificate is made).
    static let script = #"""
        base=$1 port=$2 tls=$3 dist=$4 epmd=$5 management=$6 plugins=$7 more=$8
        bin=/usr/lib/rabbitmq/bin
        export PATH=$bin:$PATH:/usr/sbin:/usr/bin
        export HOME=$base/home ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$epmd
        export RABBITMQ_NODENAME=test$port@localhost
        export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$port RABBITMQ_DIST_PORT=$dist
        export RABBITMQ_BASE=$base RABBITMQ_MNESIA_BASE=$base/mnesia RABBITMQ_LOG_BASE=$base/log
        export RABBITMQ_CONFIG_FILE=$base/rabbitmq RABBITMQ_CONF_ENV_FILE=$base/none.conf
        export RABBITMQ_ENABLED_PLUGINS_FILE=$base/enabled_plugins
        export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
        mkdir -p "$HOME" "$RABBITMQ_MNESIA_BASE" "$RABBITMQ_LOG_BASE"
        printf 'listeners.tcp.1 = 127.0.0.1:%s\nlog.file.level = warning\nlog.console = false\n' "$port" > "$base/rabbitmq.conf"
        printf 'disk_free_limit.absolute = 100MB\n' >> "$base/rabbitmq.conf"
        if [ -n "$management" ]; then
          printf 'management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = %s\n' "$management" >> "$base/rabbitmq.conf"
        fi
        printf '%s\n' "$more" >> "$base/rabbitmq.conf"
        if [[ $more == *ssl_options.* ]]; then
          printf 'listeners.ssl.1 = 127.0.0.1:%s\n' "$tls" >> "$base/rabbitmq.conf"
        elif openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
          -keyout "$base/key.pem" -out "$base/certificate.pem" 2> /dev/null; then
          printf 'listeners.ssl.1 = 127.0.0.1:%s\n' "$tls" >> "$base/rabbitmq.conf"
          for option in "certfile = $base/certificate.pem" "keyfile = $base/key.pem" "verify = verify_none"; do
            echo "ssl_options.$option" >> "$base/rabbitmq.conf"
          done
        fi
        echo "[$plugins]." > "$RABBITMQ_ENABLED_PLUGINS_FILE"
        pidfile=$RABBITMQ_MNESIA_BASE/$RABBITMQ_NODENAME.pid
        # Nothing may end the script before it has cleaned up. Handlers, unlike ignored signals, are not inherited by the
        # node, which must obey TERM.
        trap : INT TERM HUP PIPE

        alive() { [ -n "$1" ] && [ "$(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null || echo Z)" != Z ]; }

        # A busy machine lets threads run on for a while after the signal.
        stopped() {
          for _ in $(seq 500); do
            cat /proc/"$1"/task/*/stat 2> /dev/null | sed 's/.*) //' | grep -qv '^[Tt]' || return 0
            sleep 0.01
          done
          return 1
        }
        listens() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

        start() {
          rm -f "$pidfile"
          setsid "$bin/rabbitmq-server" < /dev/null >> "$base/out" 2>&1 &
          wrapper=$!
          for _ in $(seq 900); do
            if listens "$port" && { [ -z "$management" ] || listens "$management"; }; then echo ready; return; fi
            if ! alive $wrapper; then echo "failed: $(tail -c 500 "$base/out" | tr '\n' ' ')"; return; fi
            sleep 0.1
          done
          echo "failed: not listening after 90 s"
        }

        # The node's number, unless another process has got it since.
        node() {
          local pid
          pid=$(cat "$pidfile" 2> /dev/null) && tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline" | grep -qF "$base" && echo "$pid"
        }

        halt() {
          pid=$(node)
          if [ -n "$pid" ]; then
            kill "-$1" "$pid" 2> /dev/null
            for _ in $(seq 400); do alive "$pid" || break; sleep 0.05; done
            if alive "$pid"; then kill -KILL "$pid"; fi
          fi
          wait 2> /dev/null
          echo stopped
        }

        start
        while read -r word rest; do
          case $word in
            start) start ;;
            halt) halt "$rest" ;;
            signal)
              pid=$(node)
              [ -n "$pid" ] && kill "-$rest" "$pid" && { [ "$rest" != STOP ] || stopped "$pid"; } && echo done || echo "failed: $rest"
              ;;
            shell) timeout 60 bash -c "$rest" >> "$base/out" 2>&1 && echo done || echo "failed: $rest: $(tail -c 500 "$base/out" | tr '\n' ' ')" ;;
            control) timeout 60 "$bin/rabbitmqctl" -q $rest >> "$base/out" 2>&1 && echo done || echo "failed: $rest" ;;
          esac
        done
        halt TERM > /dev/null
        epmd -port "$epmd" -kill > /dev/null 2>&1
        rm -rf "$base"
        """#
}
