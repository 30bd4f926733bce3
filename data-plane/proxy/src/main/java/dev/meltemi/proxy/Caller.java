package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.MeshTls;
import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.tls.ShownCertificate;
import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.proxy.tls.TlsFailure;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// Who is at the other end of a caller's connection: an address, and with mesh mTLS the name it has proven and the
/// labels it told.
final class Caller {
    static final Caller UNKNOWN = new Caller("", "", "");

    /// IP address.
    final String host;
    /// `address:port`.
    final String remote;

    final String local;
    private @Nullable ProvenPeer peer;
    private @Nullable TlsContexts judgedBy;
    private @Nullable ShownCertificate shown;
    private @Nullable String told;
    private @Nullable WorkloadLabels labels;
    private @Nullable Last last;

    /// The edge of the request before, which is most often that of the next.
    private record Last(RouteTable table, String application, Edge edge) {}

    private Caller(String host, String remote, String local) {
        this.host = host;
        this.remote = remote;
        this.local = local;
    }

    static Caller on(SocketChannel channel) {
        InetSocketAddress remote = channel.remoteAddress();
        return new Caller(remote.getAddress().getHostAddress(), text(remote), text(channel.localAddress()));
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /// The handshake is complete and its certificate believed.
    void proves(ProvenPeer proven, TlsContexts by) {
        peer = proven;
        judgedBy = by;
    }

    /// Judges it again when our identity or whom we believe has changed: who is revoked gets nothing more, although
    /// its connection is still there.
    ///
    /// @return why it isn't believed any more, null: it is
    @Nullable
    String doubted(MeshTls tls) {
        ProvenPeer proven = peer;
        if (proven == null || tls.isCurrent(judgedBy)) {
            return null;
        }
        TlsContexts now = tls.hold();
        if (now == null) {
            return null;
        }
        try {
            proves(now.peer(proven), now);
            last = null;
            return null;
        } catch (PeerRefusedException refused) {
            return TlsFailure.reason(refused);
        } finally {
            now.release();
        }
    }

    /// To a gateway, a certificate that its server believes.
    void shows(ShownCertificate certificate) {
        shown = certificate;
    }

    /// Its element of `x-forwarded-client-cert`; null: it has proven nothing.
    @Nullable
    String forwardedCertificate() {
        ProvenPeer proven = peer;
        ShownCertificate other = shown;
        return proven != null ? proven.forwarded() : other == null ? null : other.forwarded();
    }

    /// Null in plaintext.
    @Nullable
    ProvenPeer peer() {
        return peer;
    }

    /// What came in its {@link PeerLabels}; kept for the requests that follow.
    void tells(String header) {
        ProvenPeer proven = peer;
        if (proven != null && !header.equals(told)) {
            told = header;
            labels = PeerLabels.read(header, proven.id());
            last = null;
        }
    }

    /// By what it has proven and told, else by its address.
    ///
    /// @param application `address:port` of the application, empty when it wasn't asked
    @SuppressWarnings("ReferenceEquality") // a table and an application's text stay the same objects
    Edge edge(RouteTable table, int port, String application) {
        ProvenPeer proven = peer;
        if (proven == null) {
            return table.inboundEdge(host, port, application);
        }
        Last before = last;
        if (before != null && before.table == table && before.application == application) {
            return before.edge;
        }
        Edge edge = table.inboundEdge(
                labels == null ? byAddress(table, proven) : labels, proven.called(), port, application);
        last = new Last(table, application, edge);
        return edge;
    }

    /// Its address may have another's name by now, but not in another namespace.
    private WorkloadLabels byAddress(RouteTable table, ProvenPeer proven) {
        WorkloadLabels registered = table.peer(host);
        if (registered.namespace().equals(proven.id().namespace())) {
            return registered;
        }
        WorkloadLabels nobody = WorkloadLabels.NOBODY;
        return new WorkloadLabels(
                nobody.workload(),
                proven.id().namespace(),
                nobody.principal(),
                nobody.app(),
                nobody.version(),
                nobody.cluster(),
                nobody.canonicalService(),
                nobody.canonicalRevision());
    }
}
