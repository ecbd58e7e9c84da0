/// The shell script that keeps one private PostgreSQL server: it obeys lines on its standard input, answers on its
/// standard output, and cleans up when the input ends, however the process that started it ended.
enum PostgresKeeper {
    /// Arguments: base folder, folder of the server's programs, port.
    static let script = #"""
        base=$1 bin=$2 port=$3
        mkdir -p "$base"
        # The server refuses to run as root.
        as=()
        if [ "$(id -u)" = 0 ]; then
          user=postgres
          id $user > /dev/null 2>&1 || user=nobody
          as=(setpriv --reuid=$user --regid="$(id -g $user)" --clear-groups)
          chown "$user" "$base"
        fi
        export LC_ALL=C HOME=$base
        cd "$base" || exit 1
        # Nothing may end the script before it has cleaned up. Handlers, unlike ignored signals, are not inherited.
        trap : INT TERM HUP PIPE

        make() {
          "${as[@]}" "$bin/initdb" -D "$base/data" -U orders --auth=trust -E UTF8 --no-locale --no-sync > "$base/log" 2>&1 \
            || { echo "failed: $(tail -c 500 "$base/log" | tr '\n' ' ')"; return 1; }
          # An authority of its own, and a certificate for localhost that it has signed.
          "${as[@]}" sh -c "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem &&
            openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr &&
            printf 'subjectAltName=DNS:localhost' > san &&
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out server.pem &&
            chmod 600 server.key" > /dev/null 2>&1 \
            && printf "ssl = on\nssl_cert_file = '$base/server.pem'\nssl_key_file = '$base/server.key'\n" >> data/postgresql.conf
          printf "listen_addresses = '127.0.0.1'\nunix_socket_directories = '$base'\nmax_connections = 500\n" >> data/postgresql.conf
          printf "shared_buffers = 64MB\nautovacuum_naptime = 10s\n" >> data/postgresql.conf
        }

        alive() { [ -n "$1" ] && [ "$(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null || echo Z)" != Z ]; }

        start() {
          setsid "${as[@]}" "$bin/postgres" -D "$base/data" -p "$port" < /dev/null >> "$base/log" 2>&1 &
          pid=$!
          for _ in $(seq 600); do
            if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then echo ready; return; fi
            if ! alive $pid; then break; fi
            sleep 0.1
          done
          echo "failed: $(tail -c 500 "$base/log" | tr '\n' ' ')"
        }

        # The postmaster first, so that it starts no more of its children, each of which leads a group of its own.
        all() { [ -n "$pid" ] && kill "-$1" "$pid" && kill "-$1" $(cat "/proc/$pid/task/$pid/children") 2> /dev/null; }

        # As a power failure would.
        end() {
          kill -STOP "$pid"
          kill -KILL $(cat "/proc/$pid/task/$pid/children") "$pid" 2> /dev/null
        }

        halt() {
          if alive "$pid"; then
            if [ "$1" = KILL ]; then end; else kill "-$1" "$pid" 2> /dev/null; fi
            for _ in $(seq 400); do alive "$pid" || break; sleep 0.05; done
            if alive "$pid"; then end; fi
          fi
          wait 2> /dev/null
          # Its number may go to another process from now on.
          pid=
          echo stopped
        }

        if [ ! -d "$base/data" ]; then make || exit 1; fi
        start
        while read -r word rest; do
          case $word in
            start) start ;;
            halt) halt "$rest" ;;
            signal) all "$rest"; echo done ;;
          esac
        done
        all CONT
        halt QUIT > /dev/null
        cd /
        rm -rf "$base"
        """#
}
