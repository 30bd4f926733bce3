package dev.meltemi.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;

/// A name server to which every name is unknown, so that nothing of a run leaves this machine.
final class NoNames implements AutoCloseable {
    private static final int LARGEST = 4096;
    private static final int HEAD = 12;
    /// Type and class, behind a name.
    private static final int KIND = 4;
    /// RFC 1035 4.1.1: a response, recursion wished for and available; no such name.
    private static final byte[] NO_SUCH_NAME = {(byte) 0x81, (byte) 0x83};

    private final DatagramSocket socket;

    NoNames(InetAddress address) {
        try {
            socket = new DatagramSocket(0, address);
        } catch (IOException e) {
            throw new UncheckedIOException("no name server at " + address + ": " + e.getMessage(), e);
        }
        Thread.ofVirtual().start(this::serve);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void serve() {
        try {
            while (true) {
                var asked = new DatagramPacket(new byte[LARGEST], LARGEST);
                socket.receive(asked);
                byte[] answer = answer(Arrays.copyOf(asked.getData(), asked.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, asked.getSocketAddress()));
            }
        } catch (IOException closed) {
            // The run is over.
        }
    }

    /// The question itself, without what came behind it, and no answers.
    private static byte[] answer(byte[] question) {
        int end = HEAD;
        while (end < question.length && question[end] != 0) {
            end += question[end] + 1;
        }
        byte[] answer = Arrays.copyOf(question, end + 1 + KIND);
        System.arraycopy(NO_SUCH_NAME, 0, answer, 2, NO_SUCH_NAME.length);
        Arrays.fill(answer, 6, HEAD, (byte) 0);
        return answer;
    }

    @Override
    public void close() {
        socket.close();
    }
}
