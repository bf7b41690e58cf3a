# Says what becomes of flows from this container: reads "<tcp|udp> <address> <port>" lines, prints "<line> answers" or "<line> closed"
# (something refused, so the packet arrived), nothing for those that are lost, and "done". In Perl because every image on
# Debian has it, and one process tries all flows at the same time: that disturbs no server.
# Usage: perl -e <this> <seconds to wait for answers>
use strict;
use warnings;
use Errno qw(ECONNREFUSED EINPROGRESS);
use Fcntl qw(F_SETFL O_NONBLOCK);
use IO::Select;
use Socket;

my ($seconds) = @ARGV;

# A question that cluster DNS answers: A kube-dns.kube-system.svc.cluster.local.
my @labels = qw(kube-dns kube-system svc cluster local);
my $question = pack("n6", 42, 0x100, 1, 0, 0, 0) . join("", map { pack("C/a", $_) } @labels) . pack("Cnn", 0, 1, 1);

my (%line, %udp);
my ($readable, $writable) = (IO::Select->new, IO::Select->new);
while (my $line = <STDIN>) {
  chomp $line;
  my ($protocol, $address, $port) = split / /, $line;
  my $is_udp = $protocol eq "udp";
  socket(my $socket, PF_INET, $is_udp ? SOCK_DGRAM : SOCK_STREAM, 0) or die "socket: $!";
  fcntl($socket, F_SETFL, O_NONBLOCK) or die "fcntl: $!";
  my $connected = connect($socket, pack_sockaddr_in($port, inet_aton($address)));
  if (!$connected && $! != EINPROGRESS) {
    print "$line closed\n" if $! == ECONNREFUSED;
    next;
  }
  send($socket, $question, 0) if $is_udp;
  ($line{$socket}, $udp{$socket}) = ($line, $is_udp);
  ($is_udp ? $readable : $writable)->add($socket);
}

# Time has whole seconds here: one more gives every flow at least what was asked for.
my $deadline = time + $seconds + 1;
while ($readable->count + $writable->count > 0 && time < $deadline) {
  my @ready = IO::Select->select($readable, $writable, undef, $deadline - time) or last;
  for my $socket (map { @$_ } @ready[0, 1]) {
    my $error;
    if ($udp{$socket}) {
      $error = defined(recv($socket, my $answer, 512, 0)) ? 0 : $! + 0;
    } else {
      $error = unpack("i", getsockopt($socket, SOL_SOCKET, SO_ERROR));
    }
    print "$line{$socket} answers\n" if $error == 0;
    print "$line{$socket} closed\n" if $error == ECONNREFUSED;
    $_->remove($socket) for $readable, $writable;
  }
}
print "done\n";
