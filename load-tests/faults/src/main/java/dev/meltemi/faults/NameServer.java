package dev.meltemi.faults;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A DNS server on loopback that answers every name alike, and badly when it is told to; names under `nowhere.test`
/// don't exist. UDP, and TCP for what is too long for it.
final class NameServer implements AutoCloseable {
    /// What the asker's UDP takes.
    private static final int LONGEST_UDP = 1_232;

    private static final int TYPE_A = 1;

    enum Mode {
        ANSWERS,
        SERVFAIL,
        NXDOMAIN,
        EMPTY,
        SILENT
    }

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger nowhere = new AtomicInteger();
    private final AtomicInteger byTcp = new AtomicInteger();
    private volatile Mode mode = Mode.ANSWERS;
    private volatile List<String> addresses = List.of();
    private volatile int ttl = 60;

    static NameServer start() {
        try {
            return new NameServer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private NameServer() throws IOException {
        var here = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
        tcp = new ServerSocket();
        tcp.bind(here);
        udp = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), tcp.getLocalPort()));
        Thread.ofPlatform().daemon().name("name-server-udp").start(this::answerUdp);
        Thread.ofPlatform().daemon().name("name-server-tcp").start(this::answerTcp);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), tcp.getLocalPort());
    }

    void answers(int seconds, List<String> now) {
        ttl = seconds;
        addresses = List.copyOf(now);
        mode = Mode.ANSWERS;
    }

    void becomes(Mode now) {
        mode = now;
    }

    /// For IPv4 addresses.
    int questions() {
        return questions.get();
    }

    /// For names that don't exist.
    int nowhere() {
        return nowhere.get();
    }

    int byTcp() {
        return byTcp.get();
    }

    private void answerUdp() {
        var buffer = new byte[4_096];
        try {
            while (!udp.isClosed()) {
                var packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                byte[] answer = answer(ByteBuffer.wrap(buffer, 0, packet.getLength()), false);
                if (answer.length > 0) {
                    udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void answerTcp() {
        while (!tcp.isClosed()) {
            try (Socket socket = tcp.accept()) {
                var in = new DataInputStream(socket.getInputStream());
                byte[] question = in.readNBytes(in.readUnsignedShort());
                byTcp.incrementAndGet();
                byte[] answer = answer(ByteBuffer.wrap(question), true);
                var out = new DataOutputStream(socket.getOutputStream());
                out.writeShort(answer.length);
                out.write(answer);
                out.flush();
            } catch (IOException _) {
                // closed, or the asker left
            }
        }
    }

    /// RFC 1035, 4.1: the question comes back with the answers behind it.
    @SuppressWarnings("ByteBufferBackingArray") // wrapped around an array just before
    private byte[] answer(ByteBuffer question, boolean whole) {
        short id = question.getShort(0);
        int end = 12;
        var name = new StringBuilder();
        while (question.get(end) != 0) {
            int length = question.get(end);
            name.append(new String(question.array(), end + 1, length, StandardCharsets.US_ASCII))
                    .append('.');
            end += length + 1;
        }
        boolean exists = !name.toString().endsWith("nowhere.test.");
        boolean asksIpv4 = question.getShort(end + 1) == TYPE_A;
        if (asksIpv4) {
            (exists ? questions : nowhere).incrementAndGet();
        }
        Mode now = exists ? mode : Mode.NXDOMAIN;
        if (now == Mode.SILENT) {
            return new byte[0];
        }
        List<String> found = now == Mode.ANSWERS && asksIpv4 ? addresses : List.of();
        boolean cut = !whole && found.size() * 16 > LONGEST_UDP;
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeShort(id);
            out.writeShort(0x8180 | (cut ? 0x0200 : 0) | code(now));
            out.writeShort(1);
            out.writeShort(cut ? 0 : found.size());
            out.writeInt(0);
            out.write(question.array(), 12, end + 5 - 12);
            if (!cut) {
                for (String address : found) {
                    out.writeShort(0xc00c);
                    out.writeShort(TYPE_A);
                    out.writeShort(1);
                    out.writeInt(ttl);
                    out.writeShort(4);
                    out.write(InetAddress.ofLiteral(address).getAddress());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static int code(Mode mode) {
        return switch (mode) {
            case SERVFAIL -> 2;
            case NXDOMAIN -> 3;
            case ANSWERS, EMPTY, SILENT -> 0;
        };
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
