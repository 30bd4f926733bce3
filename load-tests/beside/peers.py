"""How each peer is told to do what our proxy does: a plain keep-alive proxy without access logs, one thread, to one origin."""
import os, shutil, subprocess

from . import machine

TEMPORARY = " ".join(f"{kind}_temp_path {{dir}}/{{name}}-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
NGINX = "worker_processes 1; daemon off; pid {dir}/{name}.pid; error_log {dir}/{name}.err warn; events {{ worker_connections 16384; }}\n" \
    "http {{ access_log off; keepalive_requests 100000000; keepalive_timeout 600s; " + TEMPORARY + "\n{http}\n}}\n"
HAPROXY = """global
  nbthread 1
  maxconn {most}
  tune.ssl.cachesize 0
  ssl-default-bind-options no-tls-tickets
defaults
  mode {mode}
  timeout connect 5s
  timeout client 300s
  timeout server 300s
{reuse}
frontend in
  bind {at} {bind}
  default_backend origin
backend origin
  server one {origin}
"""
NGHTTPX = "frontend={host},{port};no-tls\nbackend={origin_host},{origin_port};;proto=http/1.1\nworkers=1\nbackend-keep-alive-timeout=600s\naccesslog-file=/dev/null\nerrorlog-file=/dev/null\n"
ENVOY_HTTP = """
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: bench
          codec_type: AUTO
          route_config:
            virtual_hosts: [ { name: all, domains: ["*"], routes: [ { match: { prefix: "/" }, route: { cluster: origin, timeout: 0s } } ] } ]
          http_filters:
          - name: router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }"""
ENVOY_TCP = """
    - filters:
      - name: envoy.filters.network.tcp_proxy
        typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: bench, cluster: origin }"""
ENVOY_TLS = """
      transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.%sTlsContext
          %s
          common_tls_context:
            tls_certificates: [ { certificate_chain: { filename: %s/cert.pem }, private_key: { filename: %s/key.pem } } ]
            validation_context: { trusted_ca: { filename: %s/root.pem } }"""
ENVOY_H2 = """
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: { http2_protocol_options: {} }"""
ENVOY = """static_resources:
  listeners:
  - address: {{ socket_address: {{ address: {host}, port_value: {port} }} }}
    filter_chains:{filters}{accepting}
  clusters:
  - name: origin
    type: STATIC
    circuit_breakers: {{ thresholds: [ {{ max_connections: 100000, max_pending_requests: 100000, max_requests: 100000 }} ] }}{connecting}{protocol}
    load_assignment:
      cluster_name: origin
      endpoints: [ {{ lb_endpoints: [ {{ endpoint: {{ address: {{ socket_address: {{ address: {origin_host}, port_value: {origin_port} }} }} }} }} ] }} ]
"""


def written(folder, name, text):
    (folder / name).write_text(text)
    return folder / name


def nginx(folder, name, http):
    return ["nginx", "-c", written(folder, f"{name}.conf", NGINX.format(dir=folder, name=name, http=http))]


def nginx_origin(folder, *addresses):
    """128 octets, at each address."""
    listens = " ".join(f"listen {host}:{port} backlog=4096;" for host, port in addresses)
    return nginx(folder, "origin", f'server {{ {listens} location / {{ default_type text/plain; return 200 "{"x" * 128}"; }} }}')


def nginx_proxy(folder, at, origin):
    return nginx(folder, "nginx", f"""upstream origin {{ server {origin[0]}:{origin[1]}; keepalive 1024; keepalive_requests 100000000; }}
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
  server {{ listen {at[0]}:{at[1]} backlog=4096; location / {{ proxy_pass http://origin; }} }}""")


def haproxy(folder, name, at, origin, bind="", mode="http"):
    config = HAPROXY.format(at=f"{at[0]}:{at[1]}", origin=f"{origin[0]}:{origin[1]}", bind=bind, mode=mode, most=machine.CONNECTIONS, reuse="  http-reuse always" if mode == "http" else "")
    return ["haproxy", "-f", written(folder, f"{name}.cfg", config)]


def nghttpx(folder, at, origin):
    config = NGHTTPX.format(host=at[0], port=at[1], origin_host=origin[0], origin_port=origin[1])
    return ["nghttpx", f"--conf={written(folder, 'nghttpx.conf', config)}"]


def envoy(folder, name, at, origin, accepting=None, connecting=None, tcp=False, h2_origin=False):
    """@param accepting, connecting folder of certificates, for mutual TLS on that side"""
    asks = "require_client_certificate: true"
    indented = (ENVOY_TLS % ("Upstream", "sni: callee", connecting, connecting, connecting)).replace("\n  ", "\n") if connecting else ""
    config = ENVOY.format(host=at[0], port=at[1], origin_host=origin[0], origin_port=origin[1], filters=ENVOY_TCP if tcp else ENVOY_HTTP,
                          accepting=ENVOY_TLS % ("Downstream", asks, accepting, accepting, accepting) if accepting else "",
                          connecting=indented, protocol=ENVOY_H2 if h2_origin else "")
    return [envoy_binary(), "--concurrency", "1", "--disable-hot-restart", "-l", "error", "-c", written(folder, f"{name}.yaml", config)]


def envoy_binary():
    return os.environ.get("ENVOY") or shutil.which("envoy")


def absent(*names):
    """Of these peers the ones that this machine hasn't got; each is named once."""
    missing = [name for name in names if not (envoy_binary() if name == "envoy" else shutil.which(name))]
    for name in missing:
        machine.say(f"# {name} is not installed: no comparison with it")
    return missing


def certificates(folder):
    """A root, and `cert.pem`, `key.pem`, `both.pem` and `root.pem` of one member, P-256 as the mesh's own."""
    folder.mkdir(exist_ok=True)

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem", "-days", "2", "-subj", "/CN=bench root")
    openssl("req", *key, "-keyout", "key.pem", "-out", "member.csr", "-subj", "/CN=member", "-addext", "subjectAltName=DNS:callee,URI:spiffe://bench/ns/default/sa/member")
    openssl("x509", "-req", "-in", "member.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out", "cert.pem", "-days", "2", "-copy_extensions", "copy")
    (folder / "both.pem").write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return folder
